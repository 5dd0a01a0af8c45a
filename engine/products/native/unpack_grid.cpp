// Types of blocks of 256 values that are drawn by fours or eights from a table, most of them with signs of their own.
#define GGML_COMMON_DECL_CPP
#define GGML_COMMON_IMPL_CPP
#include "ggml-common.h"

#include "bits.h"
#include "super.h"

#ifdef COTERIE_PRODUCTS_X86

namespace coterie::products {

// Amounts with a minus where a bit is set, plus a shift.
TARGET_AVX2 INLINE __m256i with_signs(__m256i amounts, uint32_t signs, int shift) {
    const __m256i minus = set_bits(signs);
    const __m256i numbers = _mm256_sub_epi8(_mm256_xor_si256(amounts, minus), minus);
    return _mm256_add_epi8(numbers, _mm256_set1_epi8(int8_t(shift)));
}

// Of seven bits: with the eighth, their number is even. GCC 14 for Windows breaks off at __builtin_parity here.
INLINE uint32_t even(uint32_t bits) {
    return bits | (0x6996 >> ((bits ^ bits >> 4) & 15) & 1u) << 7;
}

INLINE uint32_t four_even(uint32_t bits) {
    return even(bits & 127) | even(bits >> 7 & 127) << 8 | even(bits >> 14 & 127) << 16 | even(bits >> 21 & 127) << 24;
}

template <class Number> INLINE Number read(const void * bytes) {
    Number number;
    __builtin_memcpy(&number, bytes, sizeof(number));
    return number;
}

// Four times eight values of a table, or eight times four.
template <class Index> TARGET_AVX2 INLINE __m256i eights(const uint64_t * grid, Index index) {
    return _mm256_setr_epi64x(int64_t(grid[index(0)]), int64_t(grid[index(1)]), int64_t(grid[index(2)]),
                              int64_t(grid[index(3)]));
}

template <class Index> TARGET_AVX2 INLINE __m256i fours(const uint32_t * grid, Index index) {
    return _mm256_setr_epi32(int32_t(grid[index(0)]), int32_t(grid[index(1)]), int32_t(grid[index(2)]),
                             int32_t(grid[index(3)]), int32_t(grid[index(4)]), int32_t(grid[index(5)]),
                             int32_t(grid[index(6)]), int32_t(grid[index(7)]));
}

// (number + 1/2) * factor of eight numbers.
TARGET_AVX2 INLINE __m256 halfway(__m256i numbers, float factor) {
    return times(_mm256_add_ps(_mm256_cvtepi32_ps(numbers), _mm256_set1_ps(0.5f)), factor);
}

// Of sixteen numbers of four bits, the lower of a byte first.
TARGET_AVX2 INLINE void halfway_nibbles(const uint8_t * bytes, float factor, __m256 scales[2]) {
    const __m128i both = _mm_cvtsi64_si128(read<int64_t>(bytes));
    const __m128i mask = _mm_set1_epi8(15);
    const __m128i all = _mm_unpacklo_epi8(_mm_and_si128(both, mask), _mm_and_si128(_mm_srli_epi16(both, 4), mask));
    scales[0] = halfway(_mm256_cvtepu8_epi32(all), factor);
    scales[1] = halfway(_mm256_cvtepu8_epi32(_mm_unpackhi_epi64(all, all)), factor);
}

// 2 * number + 1 of eight numbers.
TARGET_AVX2 INLINE __m256 odd(__m256i numbers) {
    return _mm256_cvtepi32_ps(_mm256_add_epi32(_mm256_slli_epi32(numbers, 1), _mm256_set1_epi32(1)));
}

// The uppermost four bits of a word for each group; words are `step` bytes apart.
TARGET_AVX2 INLINE __m256i upper_fours(const uint8_t * bytes, int step) {
    const auto word = [&](int group) { return read<int32_t>(bytes + step * group); };
    return _mm256_srli_epi32(
        _mm256_setr_epi32(word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7)), 28);
}

struct IQ2_XXS : Super<block_iq2_xxs, 1, 64> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        const auto * bytes = reinterpret_cast<const uint8_t *>(block.qs) + 8 * group;
        const __m256i amounts = eights(iq2xxs_grid, [&](int i) { return bytes[i]; });
        return with_signs(amounts, four_even(read<uint32_t>(bytes + 4)), 64);
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[1]) {
        const auto * bytes = reinterpret_cast<const uint8_t *>(block.qs);
        scales[0] = halfway(upper_fours(bytes + 4, 8), 0.25f * number(block.d));
    }
};

struct IQ2_XS : Super<block_iq2_xs, 2, 64> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        const uint16_t * words = block.qs + 4 * group;
        const __m256i amounts = eights(iq2xs_grid, [&](int i) { return words[i] & 511; });
        const auto signs = [&](int i) { return even(uint32_t(words[i]) >> 9) << 8 * i; };
        return with_signs(amounts, signs(0) | signs(1) | signs(2) | signs(3), 64);
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[2]) {
        halfway_nibbles(block.scales, 0.25f * number(block.d), scales);
    }
};

struct IQ2_S : Super<block_iq2_s, 2, 64> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        const uint8_t * low = block.qs + 4 * group;
        const int high = block.qh[group];
        const __m256i amounts = eights(iq2s_grid, [&](int i) { return low[i] | (high << (8 - 2 * i) & 0x300); });
        return with_signs(amounts, read<uint32_t>(low + QK_K / 8), 64);
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[2]) {
        halfway_nibbles(block.scales, 0.25f * number(block.d), scales);
    }
};

struct IQ3_XXS : Super<block_iq3_xxs, 1, 64> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        const uint8_t * bytes = block.qs + 8 * group;
        const __m256i amounts = fours(iq3xxs_grid, [&](int i) { return bytes[i]; });
        return with_signs(amounts, four_even(read<uint32_t>(block.qs + QK_K / 4 + 4 * group)), 64);
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[1]) {
        scales[0] = halfway(upper_fours(block.qs + QK_K / 4, 4), 0.5f * number(block.d));
    }
};

struct IQ3_S : Super<block_iq3_s, 1, 16> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        const uint8_t * low = block.qs + 8 * group;
        const int high = block.qh[group];
        const __m256i amounts = fours(iq3s_grid, [&](int i) { return low[i] | (high << (8 - i) & 256); });
        return with_signs(amounts, read<uint32_t>(block.signs + 4 * group), 16);
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[1]) {
        scales[0] = times(odd(eight_nibbles(read<uint32_t>(block.scales))), number(block.d));
    }
};

// Eight times what a table has, and one more or less for each eight values.
TARGET_AVX2 INLINE __m256i eightfold(__m256i numbers, uint32_t less) {
    const __m256i eight = _mm256_and_si256(_mm256_slli_epi16(numbers, 3), _mm256_set1_epi8(int8_t(0xf8)));
    const __m256i one = _mm256_or_si256(set_bits(less), _mm256_set1_epi8(1));
    return _mm256_add_epi8(_mm256_add_epi8(eight, one), _mm256_set1_epi8(9));
}

struct IQ1_S : Super<block_iq1_s, 1, 9> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        const uint8_t * low = block.qs + 4 * group;
        const int high = block.qh[group];
        const __m256i numbers = eights(iq1s_grid, [&](int i) { return low[i] | (high >> 3 * i & 7) << 8; });
        return eightfold(numbers, high & 0x8000 ? ~0u : 0u);
    }
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[1]) {
        const __m256i words = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(block.qh)));
        const __m256i three = _mm256_and_si256(_mm256_srli_epi32(words, 12), _mm256_set1_epi32(7));
        scales[0] = times(odd(three), 0.125f * number(block.d));
    }
};

struct IQ1_M : Super<block_iq1_m, 2, 9> {
    TARGET_AVX2 INLINE __m256i values(const Block & block, int group) {
        const uint8_t * low = block.qs + 4 * group;
        const uint32_t high = read<uint16_t>(block.qh + 2 * group);
        const __m256i numbers = eights(iq1s_grid, [&](int i) { return low[i] | (high >> 4 * i & 7) << 8; });
        const auto less = [&](int i) { return (high >> (4 * i + 3) & 1) * 255u << 8 * i; };
        return eightfold(numbers, less(0) | less(1) | less(2) | less(3));
    }
    // Four words with four numbers of three bits each, and four bits of what all are multiplied by.
    TARGET_AVX2 INLINE void scales(const Block & block, __m256 scales[2]) {
        const uint64_t words = read<uint64_t>(block.scales);
        const uint64_t half = (words >> 12 & 15) | (words >> 24 & 0xf0) | (words >> 36 & 0xf00) | (words >> 48 & 0xf000);
        for (int i = 0; i < 2; i++) {
            const int32_t low = int32_t(words >> 32 * i & 0xfff), high = int32_t(words >> (32 * i + 16) & 0xfff);
            const __m256i both = _mm256_setr_epi32(low, low, low, low, high, high, high, high);
            const __m256i three = _mm256_and_si256(
                _mm256_srlv_epi32(both, _mm256_setr_epi32(0, 3, 6, 9, 0, 3, 6, 9)), _mm256_set1_epi32(7));
            scales[i] = times(odd(three), 0.125f * number(ggml_half(half)));
        }
    }
};

static const Format FORMATS[] = {
    format<IQ1_S>(GGML_TYPE_IQ1_S, Range::bits5),     format<IQ1_M>(GGML_TYPE_IQ1_M, Range::bits5),
    format<IQ2_XXS>(GGML_TYPE_IQ2_XXS, Range::bits7), format<IQ2_XS>(GGML_TYPE_IQ2_XS, Range::bits7),
    format<IQ2_S>(GGML_TYPE_IQ2_S, Range::bits7),     format<IQ3_XXS>(GGML_TYPE_IQ3_XXS, Range::bits7),
    format<IQ3_S>(GGML_TYPE_IQ3_S, Range::bits5),
};

const Format * grid_format(ggml_type type) {
    return find(FORMATS, type);
}

} // namespace coterie::products

#endif
