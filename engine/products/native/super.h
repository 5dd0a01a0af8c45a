// Blocks of 256 values into a tile: eight groups, whose scales are numbers of few bits.
//
// A type has values(block, group), 32 unsigned bytes in order, and scales(block, scales, offsets): eight or sixteen of
// each, by group and part. Types that take SHIFT off their values have no offsets.
#pragma once

#include "ggml-common.h"

#include "transpose.h"
#include "unpack.h"

#ifdef COTERIE_PRODUCTS_X86

namespace coterie::products {

TARGET_AVX2 INLINE float number(ggml_half half) {
    return _cvtsh_ss(half);
}

TARGET_AVX2 INLINE __m256 times(__m256 scales, float factor) {
    return _mm256_mul_ps(scales, _mm256_set1_ps(factor));
}

static const int GROUPS = 8; // of a block

// What a type is but for its functions.
template <class Type, int ITS_PARTS, int TAKEN_OFF> struct Super {
    using Block = Type;
    static const int PARTS = ITS_PARTS;
    static constexpr float SHIFT = float(TAKEN_OFF);
};

// Eight numbers of four bits, the lowest first.
TARGET_AVX2 INLINE __m256i eight_nibbles(uint32_t bits) {
    const __m256i places = _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28);
    return _mm256_and_si256(_mm256_srlv_epi32(_mm256_set1_epi32(int32_t(bits)), places), _mm256_set1_epi32(15));
}

// `numbers` are eight for each of eight rows, PARTS of them after one another: by row; then by group and part.
template <int PARTS, int ROWS>
TARGET_AVX2 INLINE void put(__m256 (&numbers)[PARTS][8], int first, TileGroup<ROWS, PARTS> * groups,
                            float (TileGroup<ROWS, PARTS>::*field)[PARTS][ROWS]) {
    for (int half = 0; half < PARTS; half++) {
        __m256i lanes[8];
#pragma GCC unroll 8
        for (int row = 0; row < 8; row++) {
            lanes[row] = _mm256_castps_si256(numbers[half][row]);
        }
        transpose(lanes);
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++) {
            const int place = half * 8 + i;
            float * to = (groups[place / PARTS].*field)[place % PARTS] + first;
            _mm256_storeu_ps(to, _mm256_castsi256_ps(lanes[i]));
        }
    }
}

template <class Type, int ROWS>
TARGET_AVX2 static void unpack(const void * const * rows, int64_t k, void * tile) {
    constexpr int PARTS = Type::PARTS;
    auto * groups = static_cast<TileGroup<ROWS, PARTS> *>(tile);
    for (int64_t block = 0; block < k / QK_K; block++, groups += GROUPS) {
        for (int first = 0; first < ROWS; first += 8) {
            const typename Type::Block * blocks[8];
            __m256 scales[PARTS][8], offsets[PARTS][8];
            for (int row = 0; row < 8; row++) {
                blocks[row] = static_cast<const typename Type::Block *>(rows[first + row]) + block;
                __m256 scale[PARTS], offset[PARTS];
                if constexpr (Type::SHIFT > 0) {
                    Type::scales(*blocks[row], scale);
                } else {
                    Type::scales(*blocks[row], scale, offset);
                }
                for (int half = 0; half < PARTS; half++) {
                    scales[half][row] = scale[half];
                    if constexpr (Type::SHIFT == 0) {
                        offsets[half][row] = offset[half];
                    }
                }
            }
            put<PARTS, ROWS>(scales, first, groups, &TileGroup<ROWS, PARTS>::scales);
            if constexpr (Type::SHIFT == 0) {
                put<PARTS, ROWS>(offsets, first, groups, &TileGroup<ROWS, PARTS>::offsets);
            }
            for (int group = 0; group < GROUPS; group++) {
                __m256i values[8];
#pragma GCC unroll 8
                for (int row = 0; row < 8; row++) {
                    values[row] = Type::values(*blocks[row], group);
                }
                transpose(values);
#pragma GCC unroll 8
                for (int four = 0; four < 8; four++) {
                    uint8_t * to = groups[group].values[four] + 4 * first;
                    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), values[four]);
                }
            }
        }
    }
}

template <class Type> static Format format(ggml_type type, Range range) {
    return { type, QK_K, { Type::PARTS, range, Type::SHIFT }, unpack<Type, 8>, unpack<Type, 16> };
}

} // namespace coterie::products

#endif
