// What a processor computes of attention: rows of queries by the cells of a block.
#pragma once

#include "ggml.h"

#include <cstddef>
#include <cstdint>

namespace coterie::attention {

// Cells of a block at most, and floats by which the rows of values are filled up.
constexpr int64_t MOST_CELLS = 64, VALUES_STEP = 64;

// Keys and values of some cells, as floats.
struct Block {
    float * keys;
    float * values;
    int64_t key_width, value_width; // of a row; the latter is filled up
};

// The cells of a block that a token sees, and what its mask adds to scores. Behind the last come some of no weight.
struct Seen {
    int64_t count;
    float added[MOST_CELLS];
    int32_t cells[MOST_CELLS];
};

// A row of queries, what its scores are multiplied by, and its mask; `cap` 0 for none.
struct Query {
    const float * values;
    float scale, cap, slope;
};

// What is known of a row so far: its greatest score, the sum of weights relative to that, and of weighted values.
struct State {
    float most, total;
    float * sums;
};

// Rows of cells, so many bytes apart, as they lie in memory.
struct Stored {
    ggml_type type;
    const void * rows;
    size_t stride;
};

// Cells [first, end) of what is stored behind a block, which memory is asked for while the block is computed.
struct Ahead {
    Stored keys, values;
    size_t key_bytes, value_bytes; // of a row
    int64_t first, end;
};

struct Way {
    const char * name;
    // Of `count` cells `width` values each to rows of `to_width` floats.
    void (*widen)(const Stored & stored, int64_t count, int64_t width, float * to, int64_t to_width);
    // Of `count` cells, of which a mask (halves of floats, or null) hides those that have minus infinity.
    void (*see)(const uint16_t * mask, int64_t count, Seen & seen);
    void (*attend)(const Block & block, const Seen & seen, const Query & query, const Ahead & ahead, State & state);
};

// Every way that this processor has, best first; `count` of them.
const Way * ways(int & count);

bool is_known(ggml_type type);

} // namespace coterie::attention
