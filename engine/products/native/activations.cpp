#include "activations.h"

#include "targets.h"

#ifdef COTERIE_PRODUCTS_X86

#include <limits>

namespace coterie::products {

// A greatest value below this has no scale that is a normal number: all are as good as zero.
static const float LEAST = 127.0f * std::numeric_limits<float>::min();

TARGET_AVX2 INLINE float greatest(__m256 values) {
    __m128 most = _mm_max_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps(values, 1));
    most = _mm_max_ps(most, _mm_movehl_ps(most, most));
    return _mm_cvtss_f32(_mm_max_ss(most, _mm_movehdup_ps(most)));
}

TARGET_AVX2 INLINE int32_t sum(__m128i pairs) {
    pairs = _mm_add_epi32(pairs, _mm_shuffle_epi32(pairs, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(pairs, _mm_shuffle_epi32(pairs, 0xb1)));
}

// Of four times eight values: their quants in order.
TARGET_AVX2 INLINE __m256i packed(const __m256i quants[4]) {
    const __m256i words = _mm256_packs_epi16(_mm256_packs_epi32(quants[0], quants[1]),
                                             _mm256_packs_epi32(quants[2], quants[3]));
    return _mm256_permutevar8x32_epi32(words, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

TARGET_AVX2 INLINE void quantise_group(const float * values, Activation & to) {
    const __m256 no_sign = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
    __m256 group[4];
    __m256 most = _mm256_setzero_ps();
    __m256 odd = _mm256_setzero_ps(); // where a value is not a number
    for (int i = 0; i < 4; i++) {
        group[i] = _mm256_loadu_ps(values + 8 * i);
        most = _mm256_max_ps(most, _mm256_and_ps(group[i], no_sign));
        odd = _mm256_or_ps(odd, _mm256_cmp_ps(group[i], group[i], _CMP_UNORD_Q));
    }
    const float peak = greatest(most);
    const bool small = peak < LEAST;
    const bool odd_any = _mm256_movemask_ps(odd) != 0 || peak > std::numeric_limits<float>::max();
    const float inverse = small || odd_any ? 0.0f : 127.0f / peak;
    __m256i quants[4];
    for (int i = 0; i < 4; i++) {
        quants[i] = _mm256_cvtps_epi32(_mm256_mul_ps(group[i], _mm256_set1_ps(inverse)));
        quants[i] = _mm256_and_si256(quants[i], _mm256_set1_epi32(small || odd_any ? 0 : -1));
    }
    const __m256i low = _mm256_add_epi32(quants[0], quants[1]);
    const __m256i high = _mm256_add_epi32(quants[2], quants[3]);
    const int32_t sums[2] = { sum(_mm_add_epi32(_mm256_castsi256_si128(low), _mm256_extracti128_si256(low, 1))),
                              sum(_mm_add_epi32(_mm256_castsi256_si128(high), _mm256_extracti128_si256(high, 1))) };
    to.scale = odd_any ? std::numeric_limits<float>::quiet_NaN() : small ? 0.0f : peak / 127.0f;
    to.total = float(sums[0] + sums[1]);
    to.sum = to.scale * to.total;
    to.totals[0] = float(sums[0]);
    to.totals[1] = float(sums[1]);
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to.quants), packed(quants));
}

TARGET_AVX2 void quantise_avx2(const float * values, int64_t k, Activation * to) {
    for (int64_t group = 0; group < k / GROUP; group++) {
        quantise_group(values + group * GROUP, to[group]);
    }
}

} // namespace coterie::products

#endif
