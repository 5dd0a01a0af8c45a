// VNNI in registers of 512 bits.
#include "targets.h"
#include "tile.h"

#ifdef COTERIE_PRODUCTS_X86

#define TARGET TARGET_AVX512_VNNI

namespace coterie::products {
namespace {

struct Lanes {
    using Floats = __m512;
    using Integers = __m512i;
    static const int ROWS = 16;
    static const int MOST_TOKENS = 8;

    TARGET INLINE Floats floats(const float * from) { return _mm512_loadu_ps(from); }
    TARGET INLINE Floats floats(Integers numbers) { return _mm512_cvtepi32_ps(numbers); }
    TARGET INLINE Floats all(float number) { return _mm512_set1_ps(number); }
    TARGET INLINE Floats times(Floats one, Floats other) { return _mm512_mul_ps(one, other); }
    TARGET INLINE Floats plus(Floats sum, Floats one, Floats other) { return _mm512_fmadd_ps(one, other, sum); }
    TARGET INLINE Floats minus(Floats sum, Floats one, Floats other) { return _mm512_fnmadd_ps(one, other, sum); }
    TARGET INLINE void store(float * to, Floats numbers) { _mm512_storeu_ps(to, numbers); }

    TARGET INLINE Integers bytes(const uint8_t * from) { return _mm512_loadu_si512(from); }
    TARGET INLINE Integers all(const int8_t * four) {
        int32_t word;
        __builtin_memcpy(&word, four, sizeof(word));
        return _mm512_set1_epi32(word);
    }
};

TARGET INLINE __m512i add_products(__m512i sums, __m512i values, __m512i quants) {
    return _mm512_dpbusd_epi32(sums, values, quants);
}

} // namespace
} // namespace coterie::products

#include "kernel_vnni.h"

namespace coterie::products {

Kernel kernel_avx512_vnni(Form form) {
    return vnni_kernel(form);
}

} // namespace coterie::products

#endif
