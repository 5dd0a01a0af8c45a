// Numbers of one bit and of four.
#pragma once

#include "targets.h"

#include <cstdint>

#ifdef COTERIE_PRODUCTS_X86

namespace coterie::products {

// -1 where a bit is set, of 32.
TARGET_AVX2 INLINE __m256i set_bits(uint32_t bits) {
    const __m256i byte = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x(int64_t(0x8040201008040201));
    const __m256i all = _mm256_shuffle_epi8(_mm256_set1_epi32(int32_t(bits)), byte);
    return _mm256_cmpeq_epi8(_mm256_and_si256(all, bit), bit);
}

// Low halves of 16 bytes, then the high ones.
TARGET_AVX2 INLINE __m256i nibbles(const uint8_t * bytes) {
    const __m128i both = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes));
    const __m256i each = _mm256_inserti128_si256(_mm256_castsi128_si256(both), _mm_srli_epi16(both, 4), 1);
    return _mm256_and_si256(each, _mm256_set1_epi8(15));
}

// The 16 numbers that four bits stand for in IQ4_NL and IQ4_XS, plus 128.
TARGET_AVX2 INLINE __m256i looked_up(__m256i indices) {
    const __m128i table = _mm_setr_epi8(1, 24, 45, 63, 79, 93, 106, 118, int8_t(129), int8_t(141), int8_t(153),
                                        int8_t(166), int8_t(181), int8_t(197), int8_t(217), int8_t(241));
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), indices);
}

// Twice the numbers of a float of four bits (E2M1), plus 12.
TARGET_AVX2 INLINE __m256i looked_up_e2m1(__m256i indices) {
    const __m128i table = _mm_setr_epi8(12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), indices);
}

} // namespace coterie::products

#endif
