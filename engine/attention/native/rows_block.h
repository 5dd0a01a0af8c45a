// The ways' functions, over the registers of `floats.h`. Included after TARGET and BITS by each way, which has them for
// itself: a function may only be put into another of the same instructions.
#include "floats.h"
#include "rows.h"

#include <limits>

namespace coterie::attention {
namespace {

constexpr float NOTHING = -std::numeric_limits<float>::infinity();
constexpr int64_t TOGETHER = 8; // cells whose scores are summed at once
constexpr int SLICE = 4;        // registers of values
constexpr int64_t QUANTS = 32;  // of a block of Q8_0, behind its scale

TARGET void widen_row(ggml_type type, const char * row, int64_t width, float * to) {
    for (int64_t at = 0; at < width; at += LANES) {
        Floats found;
        if (type == GGML_TYPE_F16) {
            found = from_halves(row + 2 * at);
        } else if (type == GGML_TYPE_BF16) {
            found = from_short(row + 2 * at);
        } else if (type == GGML_TYPE_F32) {
            found = load(reinterpret_cast<const float *>(row) + at);
        } else {
            const char * block = row + at / QUANTS * (QUANTS + 2);
            found = times(from_bytes(block + 2 + at % QUANTS), all(from_half(block)));
        }
        store(to + at, found);
    }
}

TARGET void widen(const Stored & stored, int64_t count, int64_t width, float * to, int64_t to_width) {
    for (int64_t cell = 0; cell < count; cell++) {
        const char * row = static_cast<const char *>(stored.rows) + size_t(cell) * stored.stride;
        widen_row(stored.type, row, width, to + cell * to_width);
    }
}

TARGET INLINE void see_cell(int64_t cell, float added, Seen & seen) {
    seen.cells[seen.count] = int32_t(cell);
    seen.added[seen.count] = added;
    seen.count += added != NOTHING;
}

TARGET void see(const uint16_t * mask, int64_t count, Seen & seen) {
    seen.count = 0;
    int64_t cell = 0;
    for (; cell + TOGETHER <= count; cell += TOGETHER) {
        const __m256 added = mask ? eight_halves(mask + cell) : _mm256_setzero_ps();
        int hidden = _mm256_movemask_ps(_mm256_cmp_ps(added, _mm256_set1_ps(NOTHING), _CMP_EQ_OQ));
        if (!hidden) {
            const __m256i first = _mm256_set1_epi32(int32_t(cell));
            const __m256i cells = _mm256_add_epi32(first, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
            _mm256_storeu_ps(seen.added + seen.count, added);
            _mm256_storeu_si256(reinterpret_cast<__m256i *>(seen.cells + seen.count), cells);
            seen.count += TOGETHER;
        } else if (hidden != 0xff) {
            for (int i = 0; i < TOGETHER; i++) {
                see_cell(cell + i, from_half(mask + cell + i), seen);
            }
        }
    }
    for (; cell < count; cell++) {
        see_cell(cell, mask ? from_half(mask + cell) : 0.0f, seen);
    }
    for (int64_t i = seen.count; i % LANES && seen.count; i++) {
        seen.cells[i] = seen.cells[seen.count - 1];
        seen.added[i] = NOTHING;
    }
}

// The products of a query with eight keys.
TARGET INLINE void products(const float * query, const float * const (&keys)[TOGETHER], int64_t width, float * to) {
    Floats sums[TOGETHER];
#pragma GCC unroll 8
    for (int i = 0; i < TOGETHER; i++) {
        sums[i] = all(0.0f);
    }
    for (int64_t at = 0; at < width; at += LANES) {
        const Floats part = load(query + at);
#pragma GCC unroll 8
        for (int i = 0; i < TOGETHER; i++) {
            sums[i] = plus(sums[i], part, load(keys[i] + at));
        }
    }
    store_sums(to, sums);
}

TARGET INLINE Floats scored(const Query & query, Floats product, Floats added) {
    Floats score = times(product, all(query.scale));
    if (query.cap != 0.0f) {
        score = times(all(query.cap), hyperbolic_tangent(score));
    }
    return plus(score, all(query.slope), added);
}

TARGET INLINE void ask_for(const Stored & stored, size_t bytes, int64_t cell) {
    const char * row = static_cast<const char *>(stored.rows) + size_t(cell) * stored.stride;
    for (size_t line = 0; line < bytes; line += 64) {
        __builtin_prefetch(row + line, 0, 2);
    }
}

// What the values are weighted by, and the state's sums by the result, now that the greatest score may be another.
TARGET INLINE Floats weigh(const Block & block, const Seen & seen, const Query & query, const Ahead & ahead,
                           State & state, float * weights) {
    const int64_t filled = (seen.count + LANES - 1) / LANES * LANES, each = (ahead.end - ahead.first) * TOGETHER;
    int64_t coming = ahead.first;
    for (int64_t cell = 0; cell < filled; cell += TOGETHER) {
        for (int64_t end = ahead.first + (each * (cell / TOGETHER + 1)) / filled; coming < end; coming++) {
            ask_for(ahead.keys, ahead.key_bytes, coming);
            ask_for(ahead.values, ahead.value_bytes, coming);
        }
        const float * keys[TOGETHER];
        for (int i = 0; i < TOGETHER; i++) {
            keys[i] = block.keys + seen.cells[cell + i] * block.key_width;
        }
        products(query.values, keys, block.key_width, weights + cell);
    }
    Floats most = all(state.most);
    for (int64_t at = 0; at < filled; at += LANES) {
        const Floats score = scored(query, load(weights + at), load(seen.added + at));
        most = greater(most, score);
        store(weights + at, score);
    }
    const float before = state.most;
    state.most = greatest(most);
    const Floats minus = all(-state.most);
    Floats total = all(0.0f);
    for (int64_t at = 0; at < filled; at += LANES) {
        const Floats weight = power(add(load(weights + at), minus));
        total = add(total, weight);
        store(weights + at, weight);
    }
    const Floats kept = power(add(all(before), minus));
    state.total = state.total * first(kept) + sum(total);
    return kept;
}

TARGET void attend(const Block & block, const Seen & seen, const Query & query, const Ahead & ahead, State & state) {
    alignas(64) float weights[MOST_CELLS];
    const Floats kept = weigh(block, seen, query, ahead, state, weights);
    for (int64_t column = 0; column < block.value_width; column += SLICE * LANES) {
        Floats even[SLICE], odd[SLICE];
#pragma GCC unroll 4
        for (int i = 0; i < SLICE; i++) {
            even[i] = times(kept, load(state.sums + column + i * LANES));
            odd[i] = all(0.0f);
        }
        const float * values = block.values + column;
        for (int64_t cell = 0; cell < seen.count; cell += 2) {
            const float * one = values + seen.cells[cell] * block.value_width;
            const float * other = values + seen.cells[cell + 1] * block.value_width;
#pragma GCC unroll 4
            for (int i = 0; i < SLICE; i++) {
                even[i] = plus(even[i], all(weights[cell]), load(one + i * LANES));
                odd[i] = plus(odd[i], all(weights[cell + 1]), load(other + i * LANES));
            }
        }
#pragma GCC unroll 4
        for (int i = 0; i < SLICE; i++) {
            store(state.sums + column + i * LANES, add(even[i], odd[i]));
        }
    }
}

} // namespace
} // namespace coterie::attention
