// Without VNNI: products are added in pairs to 16 bits, which must hold the sum.
#include "targets.h"
#include "tile.h"

#ifdef COTERIE_PRODUCTS_X86

#define TARGET TARGET_AVX2
#define BITS 256
#include "lanes.h"

namespace coterie::products {
namespace {

enum Kind { OFFSETS5, SHIFTED5, SHIFTED6, SHIFTED7, SIGNED8 };

// How many pairs fit in 16 bits: each is at most 2 * 127 * the greatest value.
constexpr int pairs_together(int kind) {
    return kind >= SHIFTED7 ? 1 : kind == SHIFTED6 ? 2 : 4;
}
static_assert(4 * 2 * 127 * 31 < 32768 && 2 * 2 * 127 * 63 < 32768 && 2 * 127 * 128 < 32768, "16 bits hold them");

template <int KIND, int TOKENS> struct Dots {
    static const bool SHIFTED = KIND >= SHIFTED5 && KIND <= SHIFTED7, OFFSETS = KIND == OFFSETS5;

    TARGET INLINE __m256i loaded(const uint8_t * values) {
        const __m256i found = Lanes::bytes(values);
        return KIND == SIGNED8 ? _mm256_xor_si256(found, _mm256_set1_epi8(int8_t(0x80))) : found;
    }

    // Signed values go as their amounts, with their signs put to the quants: 8 bits without sign would be too many.
    TARGET INLINE __m256i pairs(__m256i values, __m256i amounts, __m256i quants) {
        return KIND == SIGNED8 ? _mm256_maddubs_epi16(amounts, _mm256_sign_epi8(quants, values))
                               : _mm256_maddubs_epi16(values, quants);
    }

    TARGET INLINE void of(const uint8_t (*values)[4 * Lanes::ROWS], int first, int end,
                          const Activation * const * tokens, int64_t g, __m256i * dots) {
        constexpr int TOGETHER = pairs_together(KIND);
#pragma GCC unroll 8
        for (int four = first; four < end; four += TOGETHER) {
            __m256i words[TOKENS];
#pragma GCC unroll 4
            for (int next = four; next < four + TOGETHER; next++) {
                const __m256i rows = loaded(values[next]);
                const __m256i amounts = _mm256_abs_epi8(rows);
#pragma GCC unroll 4
                for (int token = 0; token < TOKENS; token++) {
                    const __m256i two = pairs(rows, amounts, Lanes::all(tokens[token][g].quants + 4 * next));
                    words[token] = next == four ? two : _mm256_add_epi16(words[token], two);
                }
            }
#pragma GCC unroll 4
            for (int token = 0; token < TOKENS; token++) {
                const __m256i wide = _mm256_madd_epi16(words[token], _mm256_set1_epi16(1));
                dots[token] = four == first ? wide : _mm256_add_epi32(dots[token], wide);
            }
        }
    }
};

} // namespace
} // namespace coterie::products

#include "kernel_block.h"

namespace coterie::products {

Kernel kernel_avx2(Form form) {
    if (form.range == Range::bits8) {
        return kernel_of<SIGNED8>(form);
    }
    if (form.shift == 0) {
        return kernel_of<OFFSETS5>(form);
    }
    if (form.range == Range::bits6) {
        return kernel_of<SHIFTED6>(form);
    }
    return form.range == Range::bits7 ? kernel_of<SHIFTED7>(form) : kernel_of<SHIFTED5>(form);
}

} // namespace coterie::products

#endif
