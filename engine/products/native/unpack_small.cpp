// Types of blocks of 32 values with one scale, and NVFP4, of 64 with four.
#define GGML_COMMON_DECL_CPP
#include "ggml-common.h"

#include "bits.h"
#include "transpose.h"
#include "unpack.h"

#ifdef COTERIE_PRODUCTS_X86

namespace coterie::products {

// 16 where a bit is set.
TARGET_AVX2 INLINE __m256i fifth_bits(const uint8_t * bits) {
    uint32_t all;
    __builtin_memcpy(&all, bits, sizeof(all));
    return _mm256_and_si256(set_bits(all), _mm256_set1_epi8(16));
}

template <class Block> TARGET_AVX2 INLINE __m256 halves(const Block * const blocks[8]) {
    const auto half = [&](int i) { return int16_t(blocks[i]->d); };
    return _mm256_cvtph_ps(
        _mm_setr_epi16(half(0), half(1), half(2), half(3), half(4), half(5), half(6), half(7)));
}

// A scale and a least value, that lie side by side.
template <class Block>
TARGET_AVX2 INLINE void two_halves(const Block * const blocks[8], __m256 & scales, __m256 & offsets) {
    const auto both = [&](int i) {
        int32_t word;
        __builtin_memcpy(&word, blocks[i], sizeof(word));
        return word;
    };
    const __m256i words =
        _mm256_setr_epi32(both(0), both(1), both(2), both(3), both(4), both(5), both(6), both(7));
    // Within each half of the register: four scales, then four least values.
    const __m256i order = _mm256_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15, //
                                           0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
    const __m256i apart = _mm256_permute4x64_epi64(_mm256_shuffle_epi8(words, order), 0xd8);
    scales = _mm256_cvtph_ps(_mm256_castsi256_si128(apart));
    offsets = _mm256_cvtph_ps(_mm256_extracti128_si256(apart, 1));
}

// Types that take SHIFT off their values have scales; others have offsets, too.
template <class Type, int TAKEN_OFF> struct OneScale {
    using Block = Type;
    static constexpr float SHIFT = float(TAKEN_OFF);
    static const int GROUPS = 1, PARTS = 1;
};

struct Q4_0 : OneScale<block_q4_0, 8> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int) { return nibbles(block.qs); }
    TARGET_AVX2 INLINE __m256 scales(const Block * const blocks[8], int) { return halves(blocks); }
};

struct Q4_1 : OneScale<block_q4_1, 0> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int) { return nibbles(block.qs); }
    TARGET_AVX2 INLINE void scales(const Block * const blocks[8], __m256 & scales, __m256 & offsets) {
        two_halves(blocks, scales, offsets);
    }
};

struct Q5_0 : OneScale<block_q5_0, 16> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int) {
        return _mm256_or_si256(nibbles(block.qs), fifth_bits(block.qh));
    }
    TARGET_AVX2 INLINE __m256 scales(const Block * const blocks[8], int) { return halves(blocks); }
};

struct Q5_1 : OneScale<block_q5_1, 0> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int) {
        return _mm256_or_si256(nibbles(block.qs), fifth_bits(block.qh));
    }
    TARGET_AVX2 INLINE void scales(const Block * const blocks[8], __m256 & scales, __m256 & offsets) {
        two_halves(blocks, scales, offsets);
    }
};

struct Q8_0 : OneScale<block_q8_0, 128> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int) {
        const __m256i numbers = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(block.qs));
        return _mm256_xor_si256(numbers, _mm256_set1_epi8(int8_t(0x80)));
    }
    TARGET_AVX2 INLINE __m256 scales(const Block * const blocks[8], int) { return halves(blocks); }
};

struct IQ4_NL : OneScale<block_iq4_nl, 128> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int) { return looked_up(nibbles(block.qs)); }
    TARGET_AVX2 INLINE __m256 scales(const Block * const blocks[8], int) { return halves(blocks); }
};

struct MXFP4 : OneScale<block_mxfp4, 12> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int) { return looked_up_e2m1(nibbles(block.qs)); }
    // Half of two to the power of e - 127: what is no normal number has its bits elsewhere.
    TARGET_AVX2 INLINE __m256 scales(const Block * const blocks[8], int) {
        const auto e = [&](int i) { return int32_t(blocks[i]->e); };
        const __m256i powers = _mm256_setr_epi32(e(0), e(1), e(2), e(3), e(4), e(5), e(6), e(7));
        const __m256i normal = _mm256_slli_epi32(_mm256_sub_epi32(powers, _mm256_set1_epi32(1)), 23);
        const __m256i small = _mm256_sllv_epi32(_mm256_set1_epi32(0x00200000), powers);
        const __m256i is_small = _mm256_cmpgt_epi32(_mm256_set1_epi32(2), powers);
        return _mm256_castsi256_ps(_mm256_blendv_epi8(normal, small, is_small));
    }
};

struct NVFP4 {
    using Block = block_nvfp4;
    static const int GROUPS = 2, PARTS = 2;
    static constexpr float SHIFT = 12.0f;
    // The low halves of eight bytes, then their high ones.
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        return looked_up_e2m1(_mm256_permute4x64_epi64(nibbles(block.qs + 16 * group), 0xd8));
    }
    // Half of a float of eight bits (E4M3) without sign, which half a float's bits hold as they are; 127 is zero.
    TARGET_AVX2 INLINE __m256 scales(const Block * const blocks[8], int part) {
        const auto d = [&](int i) { return int16_t(blocks[i]->d[part]); };
        const __m128i all = _mm_setr_epi16(d(0), d(1), d(2), d(3), d(4), d(5), d(6), d(7));
        const __m128i none = _mm_cmpeq_epi16(all, _mm_set1_epi16(127));
        const __m128i bits = _mm_slli_epi16(_mm_and_si128(all, _mm_set1_epi16(127)), 7);
        return _mm256_mul_ps(_mm256_cvtph_ps(_mm_andnot_si128(none, bits)), _mm256_set1_ps(128.0f));
    }
};

template <class Type, int ROWS>
TARGET_AVX2 static void unpack(const void * const * rows, int64_t k, void * tile) {
    auto * groups = static_cast<TileGroup<ROWS, Type::PARTS> *>(tile);
    for (int64_t g = 0; g < k / GROUP; g++) {
        const int64_t block = g / Type::GROUPS;
        const int within = int(g % Type::GROUPS);
        for (int first = 0; first < ROWS; first += 8) {
            const typename Type::Block * blocks[8];
            __m256i values[8];
#pragma GCC unroll 8
            for (int row = 0; row < 8; row++) {
                blocks[row] = static_cast<const typename Type::Block *>(rows[first + row]) + block;
                values[row] = Type::values(*blocks[row], within);
            }
            transpose(values);
#pragma GCC unroll 8
            for (int four = 0; four < 8; four++) {
                _mm256_storeu_si256(reinterpret_cast<__m256i *>(groups[g].values[four] + 4 * first), values[four]);
            }
            for (int part = 0; part < Type::PARTS; part++) {
                __m256 scales, offsets;
                if constexpr (Type::SHIFT > 0) {
                    scales = Type::scales(blocks, within * Type::PARTS + part);
                } else {
                    Type::scales(blocks, scales, offsets);
                    _mm256_storeu_ps(groups[g].offsets[part] + first, offsets);
                }
                _mm256_storeu_ps(groups[g].scales[part] + first, scales);
            }
        }
    }
}

template <class Type> static Format format(ggml_type type, Range range) {
    return { type, GROUP * Type::GROUPS, { Type::PARTS, range, Type::SHIFT }, unpack<Type, 8>, unpack<Type, 16> };
}

static const Format FORMATS[] = {
    format<Q4_0>(GGML_TYPE_Q4_0, Range::bits5),     format<Q4_1>(GGML_TYPE_Q4_1, Range::bits5),
    format<Q5_0>(GGML_TYPE_Q5_0, Range::bits5),     format<Q5_1>(GGML_TYPE_Q5_1, Range::bits5),
    format<Q8_0>(GGML_TYPE_Q8_0, Range::bits8),     format<IQ4_NL>(GGML_TYPE_IQ4_NL, Range::bits8),
    format<MXFP4>(GGML_TYPE_MXFP4, Range::bits5),   format<NVFP4>(GGML_TYPE_NVFP4, Range::bits5),
};

const Format * small_format(ggml_type type) {
    return find(FORMATS, type);
}

} // namespace coterie::products

#endif
