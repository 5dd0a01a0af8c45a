// Tokens' values, quantised to signed 8 bits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace coterie::products {

// Weights and activations are multiplied in groups of this many values of k.
static const int64_t GROUP = 32;

// 32 values of a token: value i is about scale * quants[i], where quants are from -127 to 127.
struct Activation {
    float scale;
    float sum;   // scale times total
    float total; // sum of all quants, and of their halves: whole numbers
    float totals[2];
    int8_t quants[GROUP];
};

void quantise_avx2(const float * values, int64_t k, Activation * to);

} // namespace coterie::products
