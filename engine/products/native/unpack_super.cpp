// Types of blocks of 256 values, whose groups have scales that are numbers of few bits.
#define GGML_COMMON_DECL_CPP
#include "ggml-common.h"

#include "nibbles.h"
#include "transpose.h"
#include "unpack.h"

#ifdef COTERIE_PRODUCTS_X86

#include <algorithm>
#include <iterator>

namespace coterie::products {

TARGET_AVX2 INLINE __m256i loaded(const uint8_t * bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(bytes));
}

TARGET_AVX2 INLINE float number(ggml_half half) {
    return _cvtsh_ss(half);
}

// Bits of each byte, from `first` on: those of `mask`.
TARGET_AVX2 INLINE __m256i bits(__m256i bytes, int first, int mask) {
    return _mm256_and_si256(_mm256_srli_epi16(bytes, first), _mm256_set1_epi8(int8_t(mask)));
}

// Eight bytes without sign, times a factor.
TARGET_AVX2 INLINE __m256 multiples(__m128i bytes, float factor) {
    return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)), _mm256_set1_ps(factor));
}

TARGET_AVX2 INLINE __m256 signed_multiples(__m128i bytes, float factor) {
    return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)), _mm256_set1_ps(factor));
}

// Sixteen of them.
TARGET_AVX2 INLINE void signed_multiples(__m128i bytes, float factor, __m256 to[2]) {
    to[0] = signed_multiples(bytes, factor);
    to[1] = signed_multiples(_mm_unpackhi_epi64(bytes, bytes), factor);
}

TARGET_AVX2 INLINE __m256 times(__m256 scales, float factor) {
    return _mm256_mul_ps(scales, _mm256_set1_ps(factor));
}

struct Q2_K {
    using Block = block_q2_K;
    static const int PARTS = 2;
    static constexpr float SHIFT = 0.0f;
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        return bits(loaded(block.qs + group / 4 * 32), group % 4 * 2, 3);
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[2], __m256 offsets[2]) {
        const __m128i both = _mm_loadu_si128(reinterpret_cast<const __m128i *>(block.scales));
        const __m128i low = _mm_and_si128(both, _mm_set1_epi8(15));
        const __m128i high = _mm_and_si128(_mm_srli_epi16(both, 4), _mm_set1_epi8(15));
        signed_multiples(low, number(block.data.data.d), scales);
        signed_multiples(high, -number(block.data.data.dmin), offsets);
    }
};

struct Q3_K {
    using Block = block_q3_K;
    static const int PARTS = 2;
    static constexpr float SHIFT = 4.0f;
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        const __m256i high = bits(loaded(block.hmask), group, 1);
        return _mm256_or_si256(bits(loaded(block.qs + group / 4 * 32), group % 4 * 2, 3), _mm256_slli_epi16(high, 2));
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[2]) {
        uint64_t low;
        uint32_t high;
        __builtin_memcpy(&low, block.scales, sizeof(low));
        __builtin_memcpy(&high, block.scales + 8, sizeof(high));
        const __m128i fours = _mm_set_epi64x(int64_t(low >> 4 & 0x0f0f0f0f0f0f0f0f), int64_t(low & 0x0f0f0f0f0f0f0f0f));
        const auto twos = [&](int first) { return int32_t(high >> first & 0x03030303) << 4; };
        const __m128i all = _mm_or_si128(fours, _mm_setr_epi32(twos(0), twos(2), twos(4), twos(6)));
        signed_multiples(_mm_sub_epi8(all, _mm_set1_epi8(32)), number(block.d), scales);
    }
};

// Scales and least values of six bits each, eight and eight of them in twelve bytes.
TARGET_AVX2 INLINE void six_bits(const uint8_t * bytes, __m128i & scales, __m128i & least) {
    uint32_t words[3];
    __builtin_memcpy(words, bytes, sizeof(words));
    const auto high = [](uint32_t word) { return (word >> 6 & 0x03030303) << 4; };
    scales = _mm_setr_epi32(int32_t(words[0] & 0x3f3f3f3f), int32_t((words[2] & 0x0f0f0f0f) | high(words[0])), 0, 0);
    least = _mm_setr_epi32(int32_t(words[1] & 0x3f3f3f3f), int32_t((words[2] >> 4 & 0x0f0f0f0f) | high(words[1])), 0, 0);
}

template <class Type> struct Six {
    using Block = Type;
    static const int PARTS = 1;
    static constexpr float SHIFT = 0.0f;
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[1], __m256 offsets[1]) {
        __m128i all, least;
        six_bits(block.scales, all, least);
        scales[0] = multiples(all, number(block.data.data.d));
        offsets[0] = multiples(least, -number(block.data.data.dmin));
    }
};

struct Q4_K : Six<block_q4_K> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        return bits(loaded(block.qs + group / 2 * 32), group % 2 * 4, 15);
    }
};

struct Q5_K : Six<block_q5_K> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        const __m256i high = bits(loaded(block.qh), group, 1);
        return _mm256_or_si256(bits(loaded(block.qs + group / 2 * 32), group % 2 * 4, 15), _mm256_slli_epi16(high, 4));
    }
};

struct Q6_K {
    using Block = block_q6_K;
    static const int PARTS = 2;
    static constexpr float SHIFT = 32.0f;
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        const int half = group / 4, within = group % 4;
        const __m256i low = bits(loaded(block.ql + 64 * half + 32 * (within % 2)), within / 2 * 4, 15);
        const __m256i high = bits(loaded(block.qh + 32 * half), within * 2, 3);
        return _mm256_or_si256(low, _mm256_slli_epi16(high, 4));
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[2]) {
        signed_multiples(_mm_loadu_si128(reinterpret_cast<const __m128i *>(block.scales)), number(block.d), scales);
    }
};

struct IQ4_XS {
    using Block = block_iq4_xs;
    static const int PARTS = 1;
    static constexpr float SHIFT = 128.0f;
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        return looked_up(nibbles(block.qs + 16 * group));
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[1]) {
        uint32_t low;
        __builtin_memcpy(&low, block.scales_l, sizeof(low));
        const __m256i four = _mm256_and_si256(
            _mm256_srlv_epi32(_mm256_set1_epi32(int32_t(low)), _mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28)),
            _mm256_set1_epi32(15));
        const __m256i two = _mm256_and_si256(
            _mm256_srlv_epi32(_mm256_set1_epi32(block.scales_h), _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14)),
            _mm256_set1_epi32(3));
        const __m256i all = _mm256_or_si256(four, _mm256_slli_epi32(two, 4));
        scales[0] = times(_mm256_cvtepi32_ps(_mm256_sub_epi32(all, _mm256_set1_epi32(32))), number(block.d));
    }
};

static const int GROUPS = 8; // of a block

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

static const Format FORMATS[] = {
    format<Q2_K>(GGML_TYPE_Q2_K, Range::bits5), format<Q3_K>(GGML_TYPE_Q3_K, Range::bits5),
    format<Q4_K>(GGML_TYPE_Q4_K, Range::bits5), format<Q5_K>(GGML_TYPE_Q5_K, Range::bits5),
    format<Q6_K>(GGML_TYPE_Q6_K, Range::bits6), format<IQ4_XS>(GGML_TYPE_IQ4_XS, Range::bits8),
};

const Format * super_format(ggml_type type) {
    const Format * found = std::find_if(std::begin(FORMATS), std::end(FORMATS),
                                        [&](const Format & format) { return format.type == type; });
    return found == std::end(FORMATS) ? nullptr : found;
}

} // namespace coterie::products

#endif
