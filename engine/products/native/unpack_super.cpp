// Types of blocks of 256 values, whose groups have scales that are numbers of few bits.
#define GGML_COMMON_DECL_CPP
#include "ggml-common.h"

#include "bits.h"
#include "super.h"

#ifdef COTERIE_PRODUCTS_X86

namespace coterie::products {

TARGET_AVX2 INLINE __m256i loaded(const uint8_t * bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(bytes));
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

struct Q2_K : Super<block_q2_K, 2, 0> {
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

struct Q3_K : Super<block_q3_K, 2, 4> {
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

template <class Type> struct Six : Super<Type, 1, 0> {
    TARGET_AVX2 INLINE void scales(const Type & block, __m256 scales[1], __m256 offsets[1]) {
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

struct Q6_K : Super<block_q6_K, 2, 32> {
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

struct IQ4_XS : Super<block_iq4_xs, 1, 128> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        return looked_up(nibbles(block.qs + 16 * group));
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[1]) {
        uint32_t low;
        __builtin_memcpy(&low, block.scales_l, sizeof(low));
        const __m256i two = _mm256_and_si256(
            _mm256_srlv_epi32(_mm256_set1_epi32(block.scales_h), _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14)),
            _mm256_set1_epi32(3));
        const __m256i all = _mm256_or_si256(eight_nibbles(low), _mm256_slli_epi32(two, 4));
        scales[0] = times(_mm256_cvtepi32_ps(_mm256_sub_epi32(all, _mm256_set1_epi32(32))), number(block.d));
    }
};

static const Format FORMATS[] = {
    format<Q2_K>(GGML_TYPE_Q2_K, Range::bits5), format<Q3_K>(GGML_TYPE_Q3_K, Range::bits5),
    format<Q4_K>(GGML_TYPE_Q4_K, Range::bits5), format<Q5_K>(GGML_TYPE_Q5_K, Range::bits5),
    format<Q6_K>(GGML_TYPE_Q6_K, Range::bits6), format<IQ4_XS>(GGML_TYPE_IQ4_XS, Range::bits8),
};

const Format * super_format(ggml_type type) {
    return find(FORMATS, type);
}

} // namespace coterie::products

#endif
