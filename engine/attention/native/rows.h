// What a processor computes of attention: rows of queries by the cells of a block.
#pragma once

#include "ggml.h"

#include <cstddef>
#include <cstdint>

namespace coterie::attention {

constexpr int64_t MOST_CELLS = 64; // of a block
constexpr int64_t WIDTH_STEP = 32; // of which a head's width is a multiple
constexpr int64_t MOST_ROWS = 4;   // that are computed together

// Rows of cells, so many bytes apart.
struct Stored {
    ggml_type type;
    const void * rows;
    size_t stride;
};

// The cells of a block that a token sees, and what its mask adds to scores. Behind the last come some of no weight.
struct Seen {
    int64_t count;
    float added[MOST_CELLS];
    int32_t cells[MOST_CELLS];
};

// What is known of a row so far: its greatest score, the sum of weights relative to that, and of weighted values.
struct State {
    float most, total;
    float * sums;
};

struct Row {
    const float * query;
    const Seen * seen;
    float slope; // of what the mask adds
    State state;
};

// Rows that see the same cells of a block, whose keys and values are of one type. Scores are multiplied by `scale`, and
// kept below `cap`, which may be 0 for none.
struct Rows {
    Row * rows;
    int64_t count;
    Stored keys, values;
    int64_t key_width, value_width;
    float scale, cap;
};

// Cells [first, end) of what is stored behind a block, which memory is asked for while the block is computed.
struct Ahead {
    Stored keys, values;
    size_t key_bytes, value_bytes; // of a row
    int64_t first, end;
};

struct Way {
    const char * name;
    int64_t rows; // that are computed together
    // Of `count` cells `width` values each, as floats.
    void (*widen)(const Stored & stored, int64_t count, int64_t width, float * to);
    // Of `count` cells, of which a mask (halves of floats, or null) hides those that have minus infinity.
    void (*see)(const uint16_t * mask, int64_t count, Seen & seen);
    void (*attend)(const Rows & rows, const Ahead & ahead);
};

// Every way that this processor has, best first; `count` of them.
const Way * ways(int & count);

bool is_known(ggml_type type);

} // namespace coterie::attention
