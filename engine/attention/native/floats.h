// Floats side by side, in registers of BITS. Included after TARGET and BITS.
#include "../../products/native/targets.h"

#include "../../products/native/lanes.h"

#include <cstdint>

namespace coterie::attention {
namespace {

using products::Lanes;
using Floats = Lanes::Floats;
constexpr int LANES = Lanes::ROWS;

TARGET INLINE Floats add(Floats one, Floats other) { return WIDE(add_ps)(one, other); }
TARGET INLINE Floats over(Floats one, Floats other) { return WIDE(div_ps)(one, other); }
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

// LANES numbers from memory: halves of floats, floats without their lower halves, and bytes.
#if BITS == 512
using Half = __m256i;
#else
using Half = __m128i;
#endif

TARGET INLINE Half half_register(const void * from) {
    Half found;
    __builtin_memcpy(&found, from, sizeof(found));
    return found;
}
TARGET INLINE Floats from_halves(const void * from) { return WIDE(cvtph_ps)(half_register(from)); }
TARGET INLINE Floats from_short(const void * from) {
    return Floats(WIDE(slli_epi32)(WIDE(cvtepu16_epi32)(half_register(from)), 16));
}
TARGET INLINE Floats from_bytes(const void * from) {
    __m128i bytes = {};
    __builtin_memcpy(&bytes, from, LANES);
    return Lanes::floats(WIDE(cvtepi8_epi32)(bytes));
}

TARGET INLINE Floats power_of_two(Floats whole) {
    return Floats(WIDE(slli_epi32)(WIDE(add_epi32)(WIDE(cvtps_epi32)(whole), WIDE(set1_epi32)(127)), 23));
}

#if BITS == 512

TARGET INLINE float first(Floats numbers) { return _mm512_cvtss_f32(numbers); }
TARGET INLINE float sum(Floats numbers) { return _mm512_reduce_add_ps(numbers); }
TARGET INLINE float greatest(Floats numbers) { return _mm512_reduce_max_ps(numbers); }

// In eight lanes.
TARGET INLINE __m256 narrowed(Floats numbers) {
    return _mm256_add_ps(_mm512_castps512_ps256(numbers), _mm512_extractf32x8_ps(numbers, 1));
}

TARGET INLINE Floats rounded(Floats numbers) { return _mm512_roundscale_ps(numbers, _MM_FROUND_TO_NEAREST_INT); }
// The number where what is judged is not below the least, else 0.
TARGET INLINE Floats unless_below(Floats least, Floats judged, Floats number) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(judged, least, _CMP_NLT_UQ), number);
}

#else

TARGET INLINE float first(Floats numbers) { return _mm256_cvtss_f32(numbers); }
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

TARGET INLINE __m256 narrowed(Floats numbers) { return numbers; }

TARGET INLINE Floats rounded(Floats numbers) { return _mm256_round_ps(numbers, _MM_FROUND_TO_NEAREST_INT); }
TARGET INLINE Floats unless_below(Floats least, Floats judged, Floats number) {
    return _mm256_and_ps(_mm256_cmp_ps(judged, least, _CMP_NLT_UQ), number);
}

#endif

TARGET INLINE void store_sums(float * to, const Floats (&from)[4]) {
    _mm_storeu_ps(to, sums_of(narrowed(from[0]), narrowed(from[1]), narrowed(from[2]), narrowed(from[3])));
}

// e to the power of numbers up to 0: nothing below the least normal float. What is no number stays none.
TARGET INLINE Floats power(Floats exponent) {
    const Floats least = Lanes::all(-87.0f), kept = greater(least, exponent);
    const Floats whole = rounded(Lanes::times(kept, Lanes::all(1.44269504f)));
    // ln 2 in two parts, the first with few bits: nothing is lost by multiplying.
    const Floats most = Lanes::minus(kept, whole, Lanes::all(0.693359375f));
    const Floats rest = Lanes::minus(most, whole, Lanes::all(-2.12194440e-4f));
    Floats series = Lanes::all(1.0f / 5040);
    const float factors[] = { 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f };
#pragma GCC unroll 7
    for (const float next : factors) {
        series = Lanes::plus(Lanes::all(next), series, rest);
    }
    return unless_below(least, exponent, Lanes::times(series, power_of_two(whole)));
}

TARGET INLINE Floats hyperbolic_tangent(Floats number) {
    const Floats none = Lanes::all(0.0f), one = Lanes::all(1.0f), two = Lanes::all(2.0f);
    const Floats size = greater(number, Lanes::minus(none, one, number));
    const Floats small = power(Lanes::minus(none, two, size));
    const Floats amount = over(Lanes::minus(one, one, small), add(one, small));
    return Lanes::minus(Lanes::times(two, unless_below(none, number, amount)), one, amount);
}

} // namespace
} // namespace coterie::attention
