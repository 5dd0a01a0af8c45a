// Shape of an expert block in a graph: its nodes and their inputs.
#pragma once

#include "ggml.h"

#include <cstdint>
#include <vector>

struct ggml_cgraph;

namespace coterie {

// The experts' weights that a node's values come from, through activations, biases, scaling and views; nullptr for a
// node that is no part of an expert block. A scale for each expert is spread over the tokens and then looked up:
// both are nodes of the block, and the scales are what they come from.
const ggml_tensor * experts_behind(const ggml_tensor * node);

// Where an operation takes a value from.
struct Source {
    enum Kind : uint8_t { NONE, NODE, ROWS, TOKEN, IDS, EXPERTS };
    Kind kind = NONE;
    int index = 0; // of the node; of the input; of the per-expert tensor
    bool operator==(const Source & other) const { return kind == other.kind && index == other.index; }
};

// One operation, with nothing that depends on the number of tokens.
struct Operation {
    ggml_op op;
    ggml_type type;
    int64_t width; // ne[0]
    size_t view_offset;
    int32_t params[GGML_MAX_OP_PARAMS / sizeof(int32_t)];
    Source sources[GGML_MAX_SRC];
    bool operator==(const Operation & other) const;
};

// One block. `inputs` are values from outside: rows for each token and choice, or for each token.
struct Shape {
    std::vector<Operation> operations;
    std::vector<const ggml_tensor *> nodes; // one for each operation
    std::vector<const ggml_tensor *> inputs;
    const ggml_tensor * ids = nullptr; // experts chosen, [choices, tokens]
    ggml_tensor * result = nullptr;    // [width, choices, tokens]
};

// Where a row (token * choices + choice) of a tensor of rows begins, or the one that all choices of a token share.
size_t row_offset(const ggml_tensor * tensor, int row, int64_t choices);

// The nodes from `first` on that belong to the block of `experts` (a layer's tensors), and the number of nodes
// behind them. False when they are no block that can be computed row by row; `end` is set all the same.
bool read_shape(const ggml_cgraph * graph, int first, const std::vector<ggml_tensor *> & experts, Shape & shape, int & end);

} // namespace coterie
