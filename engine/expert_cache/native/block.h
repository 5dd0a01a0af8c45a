// One expert block of one graph: what is known of it before its experts are.
#pragma once

#include "graph/graph_copy.h"
#include "graph/shape.h"
#include "layer.h"

#include <deque>

namespace coterie {

struct Streamed;

struct Block {
    Layer * layer = nullptr;
    Shape shape;             // as it lies in the graph
    bool is_readable = false; // known as a whole, with memory for what is computed beside the graph
    // The same with inputs and result in memory of the host, where the graph's is none.
    Shape on_host;
    std::deque<ggml_tensor> mirrors;
    std::vector<size_t> places; // of the mirrors on the lane's desk
    size_t desk_bytes = 0;
    std::vector<std::pair<const ggml_tensor *, const ggml_tensor *>> entering; // in the graph, and on the host
    // The block on the graph's own device, in place: experts are slots there, chosen by `slot_ids`.
    std::unique_ptr<GraphCopy> in_place;
    ggml_tensor * slot_ids = nullptr;
    std::vector<int32_t> slot_ids_on_host; // their memory, where the device's is the host's
    // A large batch, whose experts pass through the device instead.
    bool is_large = false;
    std::shared_ptr<Streamed> streamed;
};

} // namespace coterie
