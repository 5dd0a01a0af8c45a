// The ways' functions, over the registers of `floats.h`. Included after TARGET and BITS by each way, which has them for
// itself: a function may only be put into another of the same instructions.
#include "floats.h"
#include "rows.h"

#include <limits>
#include <type_traits>

namespace coterie::attention {
namespace {

constexpr float NOTHING = -std::numeric_limits<float>::infinity();
constexpr int TOGETHER = 4;    // cells whose scores are summed at once
constexpr int SLICE = 4;       // registers of values
constexpr int64_t QUANTS = 32; // of a block of Q8_0, behind its scale

// Calls `what` with one of the known types, as a constant.
template <typename What> void of_type(ggml_type type, What what) {
    if (type == GGML_TYPE_F16) {
        what(std::integral_constant<ggml_type, GGML_TYPE_F16>());
    } else if (type == GGML_TYPE_BF16) {
        what(std::integral_constant<ggml_type, GGML_TYPE_BF16>());
    } else if (type == GGML_TYPE_Q8_0) {
        what(std::integral_constant<ggml_type, GGML_TYPE_Q8_0>());
    } else {
        what(std::integral_constant<ggml_type, GGML_TYPE_F32>());
    }
}

// LANES values of a row from the one numbered `at` on.
template <ggml_type TYPE> TARGET INLINE Floats values_at(const char * row, int64_t at) {
    if constexpr (TYPE == GGML_TYPE_F16) {
        return from_halves(row + 2 * at);
    } else if constexpr (TYPE == GGML_TYPE_BF16) {
        return from_short(row + 2 * at);
    } else if constexpr (TYPE == GGML_TYPE_Q8_0) {
        const char * block = row + at / QUANTS * (QUANTS + 2);
        return Lanes::times(from_bytes(block + 2 + at % QUANTS), Lanes::all(from_half(block)));
    } else {
        return Lanes::floats(reinterpret_cast<const float *>(row) + at);
    }
}

INLINE const char * row_at(const Stored & stored, int64_t cell) {
    return static_cast<const char *>(stored.rows) + size_t(cell) * stored.stride;
}

template <ggml_type TYPE> TARGET void widen_all(const Stored & stored, int64_t count, int64_t width, float * to) {
    for (int64_t cell = 0; cell < count; cell++) {
        for (int64_t at = 0; at < width; at += LANES) {
            Lanes::store(to + cell * width + at, values_at<TYPE>(row_at(stored, cell), at));
        }
    }
}

void widen(const Stored & stored, int64_t count, int64_t width, float * to) {
    of_type(stored.type, [&](auto type) { widen_all<type>(stored, count, width, to); });
}

TARGET INLINE void see_cell(int64_t cell, float added, Seen & seen) {
    seen.cells[seen.count] = int32_t(cell);
    seen.added[seen.count] = added;
    seen.count += added != NOTHING;
}

TARGET void see(const uint16_t * mask, int64_t count, Seen & seen) {
    seen.count = 0;
    int64_t cell = 0;
    for (; cell + 8 <= count; cell += 8) {
        const __m256 added = mask ? eight_halves(mask + cell) : _mm256_setzero_ps();
        int hidden = _mm256_movemask_ps(_mm256_cmp_ps(added, _mm256_set1_ps(NOTHING), _CMP_EQ_OQ));
        if (!hidden) {
            const __m256i first = _mm256_set1_epi32(int32_t(cell));
            const __m256i cells = _mm256_add_epi32(first, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
            _mm256_storeu_ps(seen.added + seen.count, added);
            _mm256_storeu_si256(reinterpret_cast<__m256i *>(seen.cells + seen.count), cells);
            seen.count += 8;
        } else if (hidden != 0xff) {
            for (int i = 0; i < 8; i++) {
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

TARGET INLINE void ask_for(const Stored & stored, size_t bytes, int64_t cell) {
    for (size_t line = 0; line < bytes; line += 64) {
        __builtin_prefetch(row_at(stored, cell) + line, 0, 2);
    }
}

// The products of queries with the keys of some cells.
template <ggml_type TYPE, int ROWS>
TARGET INLINE void products(const Rows & rows, int64_t first, float (*weights)[MOST_CELLS]) {
    Floats sums[ROWS][TOGETHER];
    const char * keys[TOGETHER];
#pragma GCC unroll 4
    for (int i = 0; i < TOGETHER; i++) {
        keys[i] = row_at(rows.keys, rows.rows->seen->cells[first + i]);
#pragma GCC unroll 4
        for (int row = 0; row < ROWS; row++) {
            sums[row][i] = Lanes::all(0.0f);
        }
    }
    for (int64_t at = 0; at < rows.key_width; at += LANES) {
        Floats key[TOGETHER];
#pragma GCC unroll 4
        for (int i = 0; i < TOGETHER; i++) {
            key[i] = values_at<TYPE>(keys[i], at);
        }
#pragma GCC unroll 4
        for (int row = 0; row < ROWS; row++) {
            const Floats query = Lanes::floats(rows.rows[row].query + at);
#pragma GCC unroll 4
            for (int i = 0; i < TOGETHER; i++) {
                sums[row][i] = Lanes::plus(sums[row][i], query, key[i]);
            }
        }
    }
#pragma GCC unroll 4
    for (int row = 0; row < ROWS; row++) {
        store_sums(weights[row] + first, sums[row]);
    }
}

TARGET INLINE Floats scored(const Rows & rows, const Row & row, Floats product, Floats added) {
    Floats score = Lanes::times(product, Lanes::all(rows.scale));
    if (rows.cap != 0.0f) {
        score = Lanes::times(Lanes::all(rows.cap), hyperbolic_tangent(score));
    }
    return Lanes::plus(score, Lanes::all(row.slope), added);
}

// What values are weighted by instead of products; and what the sums so far are, for the greatest score may be another.
TARGET INLINE Floats weigh(const Rows & rows, Row & row, int64_t filled, float * weights) {
    State & state = row.state;
    Floats most = Lanes::all(state.most);
    for (int64_t at = 0; at < filled; at += LANES) {
        const Floats score = scored(rows, row, Lanes::floats(weights + at), Lanes::floats(row.seen->added + at));
        most = greater(most, score);
        Lanes::store(weights + at, score);
    }
    const float before = state.most;
    state.most = greatest(most);
    const Floats minus = Lanes::all(-state.most);
    Floats total = Lanes::all(0.0f);
    for (int64_t at = 0; at < filled; at += LANES) {
        const Floats weight = power(add(Lanes::floats(weights + at), minus));
        total = add(total, weight);
        Lanes::store(weights + at, weight);
    }
    const Floats kept = power(add(Lanes::all(before), minus));
    state.total = state.total * first(kept) + sum(total);
    return kept;
}

// Some registers of the rows' sums of weighted values.
template <ggml_type TYPE, int ROWS, int REGISTERS>
TARGET INLINE void add_values(const Rows & rows, int64_t column, const Floats * kept, float (*weights)[MOST_CELLS]) {
    Floats sums[ROWS][REGISTERS];
#pragma GCC unroll 4
    for (int row = 0; row < ROWS; row++) {
#pragma GCC unroll 4
        for (int i = 0; i < REGISTERS; i++) {
            sums[row][i] = Lanes::times(kept[row], Lanes::floats(rows.rows[row].state.sums + column + i * LANES));
        }
    }
    const Seen & seen = *rows.rows->seen;
    for (int64_t cell = 0; cell < seen.count; cell++) {
        const char * from = row_at(rows.values, seen.cells[cell]);
        Floats values[REGISTERS];
#pragma GCC unroll 4
        for (int i = 0; i < REGISTERS; i++) {
            values[i] = values_at<TYPE>(from, column + i * LANES);
        }
#pragma GCC unroll 4
        for (int row = 0; row < ROWS; row++) {
            const Floats weight = Lanes::all(weights[row][cell]);
#pragma GCC unroll 4
            for (int i = 0; i < REGISTERS; i++) {
                sums[row][i] = Lanes::plus(sums[row][i], weight, values[i]);
            }
        }
    }
#pragma GCC unroll 4
    for (int row = 0; row < ROWS; row++) {
#pragma GCC unroll 4
        for (int i = 0; i < REGISTERS; i++) {
            Lanes::store(rows.rows[row].state.sums + column + i * LANES, sums[row][i]);
        }
    }
}

template <ggml_type TYPE, int ROWS> TARGET void attend_rows(const Rows & rows, const Ahead & ahead) {
    alignas(64) float weights[ROWS][MOST_CELLS];
    const int64_t filled = (rows.rows->seen->count + LANES - 1) / LANES * LANES;
    int64_t coming = ahead.first;
    for (int64_t cell = 0; cell < filled; cell += TOGETHER) {
        const int64_t end = ahead.first + (ahead.end - ahead.first) * (cell + TOGETHER) / filled;
        for (; coming < end; coming++) {
            ask_for(ahead.keys, ahead.key_bytes, coming);
            ask_for(ahead.values, ahead.value_bytes, coming);
        }
        products<TYPE, ROWS>(rows, cell, weights);
    }
    Floats kept[ROWS];
    for (int row = 0; row < ROWS; row++) {
        kept[row] = weigh(rows, rows.rows[row], filled, weights[row]);
    }
    int64_t column = 0;
    for (; column + SLICE * LANES <= rows.value_width; column += SLICE * LANES) {
        add_values<TYPE, ROWS, SLICE>(rows, column, kept, weights);
    }
    for (; column < rows.value_width; column += WIDTH_STEP) {
        add_values<TYPE, ROWS, WIDTH_STEP / LANES>(rows, column, kept, weights);
    }
}

void attend(const Rows & rows, const Ahead & ahead) {
    of_type(rows.keys.type, [&](auto type) {
        if (rows.count == 1) {
            attend_rows<type, 1>(rows, ahead);
        } else if (rows.count == 2) {
            attend_rows<type, 2>(rows, ahead);
#if BITS == 512
        } else if (rows.count == 3) {
            attend_rows<type, 3>(rows, ahead);
        } else {
            attend_rows<type, 4>(rows, ahead);
#endif
        }
    });
}

} // namespace
} // namespace coterie::attention
