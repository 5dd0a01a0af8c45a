// Floats side by side, in registers of BITS. Included after TARGET and BITS.
#include "../../products/native/targets.h"

#include <cstdint>

#define NAMED(bits, name) _mm##bits##_##name
#define NAMED_FOR(bits, name) NAMED(bits, name)
#define WIDE(name) NAMED_FOR(BITS, name)

namespace coterie::attention {
namespace {

using Floats = decltype(WIDE(setzero_ps)());
constexpr int LANES = BITS / 32;

TARGET INLINE Floats load(const float * from) { return WIDE(loadu_ps)(from); }
TARGET INLINE void store(float * to, Floats numbers) { WIDE(storeu_ps)(to, numbers); }
TARGET INLINE Floats all(float number) { return WIDE(set1_ps)(number); }
TARGET INLINE Floats add(Floats one, Floats other) { return WIDE(add_ps)(one, other); }
TARGET INLINE Floats times(Floats one, Floats other) { return WIDE(mul_ps)(one, other); }
TARGET INLINE Floats over(Floats one, Floats other) { return WIDE(div_ps)(one, other); }
TARGET INLINE Floats plus(Floats sum, Floats one, Floats other) { return WIDE(fmadd_ps)(one, other, sum); }
// The other where either is no number.
TARGET INLINE Floats greater(Floats one, Floats other) { return WIDE(max_ps)(one, other); }

TARGET INLINE __m256 eight_halves(const void * from) {
    return _mm256_cvtph_ps(_mm_loadu_si128(static_cast<const __m128i *>(from)));
}

// Four sums of eight, side by side.
TARGET INLINE __m128 sums_of(__m256 first, __m256 second, __m256 third, __m256 fourth) {
    const __m256 sums = _mm256_hadd_ps(_mm256_hadd_ps(first, second), _mm256_hadd_ps(third, fourth));
    return _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1));
}

TARGET INLINE float from_half(const void * half) {
    uint16_t bits;
    __builtin_memcpy(&bits, half, sizeof(bits));
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(bits)));
}

#if BITS == 512

TARGET INLINE float first(Floats numbers) { return _mm512_cvtss_f32(numbers); }

TARGET INLINE __m256 halved(Floats numbers) {
    return _mm256_add_ps(_mm512_castps512_ps256(numbers), _mm512_extractf32x8_ps(numbers, 1));
}

TARGET INLINE void store_sums(float * to, const Floats (&from)[4]) {
    _mm_storeu_ps(to, sums_of(halved(from[0]), halved(from[1]), halved(from[2]), halved(from[3])));
}

TARGET INLINE float sum(Floats numbers) { return _mm512_reduce_add_ps(numbers); }
TARGET INLINE float greatest(Floats numbers) { return _mm512_reduce_max_ps(numbers); }

TARGET INLINE Floats from_halves(const void * from) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(static_cast<const __m256i *>(from)));
}
TARGET INLINE Floats from_short(const void * from) {
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(static_cast<const __m256i *>(from)));
    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}
TARGET INLINE Floats from_bytes(const void * from) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(static_cast<const __m128i *>(from))));
}

TARGET INLINE Floats rounded(Floats numbers) { return _mm512_roundscale_ps(numbers, _MM_FROUND_TO_NEAREST_INT); }
TARGET INLINE Floats power_of_two(Floats whole) {
    const __m512i exponent = _mm512_add_epi32(_mm512_cvtps_epi32(whole), _mm512_set1_epi32(127));
    return _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23));
}
// The number where it is not below the least, else 0.
TARGET INLINE Floats unless_below(Floats least, Floats judged, Floats number) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(judged, least, _CMP_NLT_UQ), number);
}

#else

TARGET INLINE float first(Floats numbers) { return _mm256_cvtss_f32(numbers); }

TARGET INLINE void store_sums(float * to, const Floats (&from)[4]) {
    _mm_storeu_ps(to, sums_of(from[0], from[1], from[2], from[3]));
}

TARGET INLINE float sum(Floats numbers) {
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(numbers), _mm256_extractf128_ps(numbers, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}
TARGET INLINE float greatest(Floats numbers) {
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(numbers), _mm256_extractf128_ps(numbers, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

TARGET INLINE Floats from_halves(const void * from) { return eight_halves(from); }
TARGET INLINE Floats from_short(const void * from) {
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(static_cast<const __m128i *>(from)));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}
TARGET INLINE Floats from_bytes(const void * from) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(static_cast<const __m128i *>(from))));
}

TARGET INLINE Floats rounded(Floats numbers) { return _mm256_round_ps(numbers, _MM_FROUND_TO_NEAREST_INT); }
TARGET INLINE Floats power_of_two(Floats whole) {
    const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}
TARGET INLINE Floats unless_below(Floats least, Floats judged, Floats number) {
    return _mm256_and_ps(_mm256_cmp_ps(judged, least, _CMP_NLT_UQ), number);
}

#endif

// e to the power of numbers up to 0: nothing below the least normal float. What is no number stays none.
TARGET INLINE Floats power(Floats exponent) {
    const Floats least = all(-87.0f), kept = greater(least, exponent);
    const Floats whole = rounded(times(kept, all(1.44269504f)));
    // ln 2 in two parts, the first with few bits: nothing is lost by multiplying.
    const Floats rest = plus(plus(kept, whole, all(-0.693359375f)), whole, all(2.12194440e-4f));
    Floats series = all(1.0f / 5040);
    series = plus(all(1.0f / 720), series, rest);
    series = plus(all(1.0f / 120), series, rest);
    series = plus(all(1.0f / 24), series, rest);
    series = plus(all(1.0f / 6), series, rest);
    series = plus(all(0.5f), series, rest);
    series = plus(all(1.0f), series, rest);
    series = plus(all(1.0f), series, rest);
    return unless_below(least, exponent, times(series, power_of_two(whole)));
}

TARGET INLINE Floats hyperbolic_tangent(Floats number) {
    const Floats size = greater(number, times(all(-1.0f), number));
    const Floats small = power(times(all(-2.0f), size));
    const Floats amount = over(add(all(1.0f), times(all(-1.0f), small)), add(all(1.0f), small));
    const Floats positive = unless_below(all(0.0f), number, amount);
    return plus(times(all(-1.0f), amount), all(2.0f), positive);
}

} // namespace
} // namespace coterie::attention
