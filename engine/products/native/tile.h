// Rows of a matrix, unpacked: unsigned bytes of several rows, interleaved so that one instruction sums up four values
// of k for each row.
#pragma once

#include "activations.h"

namespace coterie::products {

// 32 values of k of `ROWS` rows. Weight i of row r is about
// scales[h][r] * values[i / 4][4 * r + i % 4] + offsets[h][r], where h is the part of the group that i lies in: a group
// has one or two PARTS.
template <int ROWS, int PARTS> struct TileGroup {
    uint8_t values[GROUP / 4][4 * ROWS];
    float scales[PARTS][ROWS];
    float offsets[PARTS][ROWS];
};

// What a kernel must know of a type's unpacked values.
enum class Range {
    bits4, // less than 32: sums of all of a group's products fit in 16 bits, see kernel_avx2.cpp
    bits6, // less than 64
    bits8, // a signed number plus 128, whose offset is -128 times its scale
};

// Rows by tokens: results[i][r] of all rows of a tile, in floats.
struct Products {
    int64_t groups; // of 32 values of k
    const void * tile;
    const Activation * const * tokens;
    float * const * results;
    int64_t count;
    int64_t row;  // of the matrix, at which the tile begins
    int64_t rows; // of the tile that are wanted
};

using Kernel = void (*)(const Products & products);

// By the number of parts, and the range of the values.
Kernel kernel_avx512_vnni(int parts, Range range);
Kernel kernel_avx_vnni(int parts, Range range);
Kernel kernel_avx2(int parts, Range range);

} // namespace coterie::products
