// Rows of a matrix, unpacked: unsigned bytes of several rows, interleaved so that one instruction sums up four values
// of k for each row.
#pragma once

#include "activations.h"

namespace coterie::products {

// A group's values of k by fours, as many as one instruction adds in a lane.
static const int FOURS = int(GROUP / 4);

// 32 values of k of `ROWS` rows. A group has one or two PARTS, each with a scale; value i of row r is
// values[i / 4][4 * r + i % 4], and the weight is, as the type's `Form` says,
// scales[part][r] * value + offsets[part][r], or scales[part][r] * (value - shift), where offsets are not set.
template <int ROWS, int PARTS> struct TileGroup {
    uint8_t values[FOURS][4 * ROWS];
    float scales[PARTS][ROWS];
    float offsets[PARTS][ROWS];
};

enum class Range {
    bits5, // values less than 32
    bits6,
    bits7,
    bits8, // a signed number plus 128
};

// A type's unpacked values.
struct Form {
    int parts;
    Range range;
    float shift; // 0: there are offsets
};

// A tile's rows by tokens: results[i][row + r] is set for r less than `rows`.
struct Products {
    int64_t groups; // of 32 values of k
    const void * tile;
    float shift;
    const Activation * const * tokens;
    float * const * results;
    int64_t count;
    int64_t row;
    int64_t rows;
};

using Kernel = void (*)(const Products & products);

Kernel kernel_avx512_vnni(Form form);
Kernel kernel_avx_vnni(Form form);
Kernel kernel_avx2(Form form);

} // namespace coterie::products
