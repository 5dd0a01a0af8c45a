// Dots by VNNI, whose sums have 32 bits. Included after `TARGET`, `Lanes`, and `add_products`.

namespace coterie::products {
namespace {

enum Kind { ADDED, TAKEN_OFF };

template <int KIND, int TOKENS> struct Dots {
    static const bool SHIFTED = KIND == TAKEN_OFF, OFFSETS = KIND == ADDED;

    TARGET INLINE void of(const uint8_t (*values)[4 * Lanes::ROWS], int first, int end,
                          const Activation * const * tokens, int64_t g, Lanes::Integers * dots) {
#pragma GCC unroll 8
        for (int token = 0; token < TOKENS; token++) {
            dots[token] = Lanes::Integers{};
        }
#pragma GCC unroll 8
        for (int four = first; four < end; four++) {
            const Lanes::Integers rows = Lanes::bytes(values[four]);
#pragma GCC unroll 8
            for (int token = 0; token < TOKENS; token++) {
                dots[token] = add_products(dots[token], rows, Lanes::all(tokens[token][g].quants + 4 * four));
            }
        }
    }
};

} // namespace
} // namespace coterie::products

#include "kernel_block.h"

namespace coterie::products {
namespace {

Kernel vnni_kernel(Form form) {
    return form.shift > 0 ? kernel_of<TAKEN_OFF>(form) : kernel_of<ADDED>(form);
}

} // namespace
} // namespace coterie::products
