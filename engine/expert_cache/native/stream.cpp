#include "stream.h"

#include <algorithm>

namespace coterie {

// Kernels may read so much past the last row, where no NaN must be.
static const size_t BEHIND = 512;
static const size_t MOST_BEHIND = 8192;
static const char NOTHING[MOST_BEHIND] = {};

// Of a product's weights, and all that is small beside them.
static size_t room_for(const Layer & layer, ggml_backend_buffer_type_t type) {
    size_t largest = 0, small = 0;
    for (const ggml_tensor * weights : layer.at_home()) {
        const size_t bytes = ggml_backend_buft_get_alloc_size(type, weights) + 2 * BEHIND + ggml_backend_buft_get_alignment(type);
        if (expert_dimension(weights) == 2) {
            largest = std::max(largest, bytes);
        } else {
            small += bytes;
        }
    }
    return largest + small;
}

std::unique_ptr<Stream> Stream::make(ggml_backend_dev_t device, const std::vector<std::unique_ptr<Layer>> & layers) {
    const ggml_backend_buffer_type_t type = ggml_backend_dev_buffer_type(device);
    size_t bytes = 0;
    for (const auto & layer : layers) {
        bytes = std::max(bytes, room_for(*layer, type));
    }
    auto stream = std::make_unique<Stream>();
    stream->device_ = device;
    stream->uploads_.reset(ggml_backend_dev_init(device, nullptr));
    stream->filled_.reset(ggml_backend_event_new(device));
    stream->computed_.reset(ggml_backend_event_new(device));
    stream->room_.reset(ggml_backend_buft_alloc_buffer(type, bytes));
    const bool is_whole = stream->uploads_ && stream->filled_ && stream->computed_ && stream->room_;
    return is_whole ? std::move(stream) : nullptr;
}

// `offset` moves behind it.
Streamed::Weights Stream::in_room(GraphCopy & copy, ggml_tensor * at_home, size_t & offset) const {
    ggml_backend_buffer_t room = room_.get();
    const ggml_backend_buffer_type_t type = ggml_backend_buffer_get_type(room);
    char * base = static_cast<char *>(ggml_backend_buffer_get_base(room));
    ggml_tensor * weights = ggml_dup_tensor(copy.context(), at_home);
    const size_t bytes = ggml_nbytes(weights);
    const size_t behind = ggml_backend_buft_get_alloc_size(type, weights) - bytes + BEHIND;
    ggml_tensor * rest = ggml_new_tensor_1d(copy.context(), GGML_TYPE_I8, int64_t(std::min(behind, MOST_BEHIND)));
    offset = GGML_PAD(offset, ggml_backend_buft_get_alignment(type));
    if (offset + bytes + behind > ggml_backend_buffer_get_size(room) ||
        ggml_backend_tensor_alloc(room, weights, base + offset) != GGML_STATUS_SUCCESS ||
        ggml_backend_tensor_alloc(room, rest, base + offset + bytes) != GGML_STATUS_SUCCESS) {
        return {};
    }
    offset += bytes + behind;
    return { at_home, weights, rest };
}

bool Stream::place(Block & block) {
    const Shape & shape = block.shape;
    auto streamed = std::make_shared<Streamed>();
    streamed->copy = std::make_unique<GraphCopy>(int(shape.nodes.size()) * (2 * GGML_MAX_SRC + 4));
    GraphCopy & copy = *streamed->copy;
    std::vector<int> begins;
    size_t offset = 0;
    for (size_t i = 0; i < shape.nodes.size(); i++) {
        const Operation & operation = shape.operations[i];
        if (operation.op == GGML_OP_MUL_MAT_ID || begins.empty()) {
            begins.push_back(int(i));
            streamed->parts.emplace_back();
            offset = 0;
        }
        ggml_tensor * node = copy.node(shape.nodes[i]);
        for (int j = 0; j < GGML_MAX_SRC; j++) {
            if (operation.sources[j].kind != Source::EXPERTS) {
                continue;
            }
            ggml_tensor * at_home = block.layer->at_home()[size_t(operation.sources[j].index)];
            const Streamed::Weights weights = in_room(copy, at_home, offset);
            if (!weights.in_room) {
                return false;
            }
            node->src[j] = copy.experts_for(node, weights.in_room);
            streamed->parts.back().weights.push_back(weights);
        }
        if (operation.op != GGML_OP_VIEW && !ggml_backend_dev_supports_op(device_, node)) {
            return false;
        }
    }
    copy.finish();
    for (size_t part = 0; part < begins.size(); part++) {
        const int end = part + 1 < begins.size() ? begins[part + 1] : int(shape.nodes.size());
        streamed->parts[part].graph = ggml_graph_view(copy.graph(), begins[part], end);
        streamed->parts[part].graph.uid = ggml_graph_next_uid();
    }
    block.streamed = std::move(streamed);
    return true;
}

// Runs of experts that are used, each in one copy, with a little of what is next, and nothing behind the last.
void Stream::fill(const Streamed::Part & part) {
    const size_t experts = used_.size();
    for (const Streamed::Weights & weights : part.weights) {
        const size_t slice = weights.at_home->nb[expert_dimension(weights.at_home)];
        for (size_t first = 0; first < experts;) {
            size_t end = first + 1;
            if (used_[first]) {
                while (end < experts && used_[end]) {
                    end++;
                }
                const size_t bytes = (end - first) * slice + (end < experts ? std::min(slice, BEHIND) : 0);
                const char * from = static_cast<const char *>(weights.at_home->data) + first * slice;
                ggml_backend_tensor_set_async(uploads_.get(), weights.in_room, from, first * slice, bytes);
            }
            first = end;
        }
        ggml_backend_tensor_set_async(uploads_.get(), weights.behind, NOTHING, 0, ggml_nbytes(weights.behind));
    }
}

bool Stream::compute(Streamed & streamed, const std::vector<int32_t> & experts, ggml_backend_t primary) {
    used_.assign(size_t(experts_of(streamed.parts[0].weights[0].at_home)), false);
    for (const int32_t expert : experts) {
        used_[size_t(expert)] = true;
    }
    for (Streamed::Part & part : streamed.parts) {
        if (is_in_use_) {
            ggml_backend_event_wait(uploads_.get(), computed_.get());
        }
        fill(part);
        ggml_backend_event_record(filled_.get(), uploads_.get());
        ggml_backend_event_wait(primary, filled_.get());
        if (ggml_backend_graph_compute_async(primary, &part.graph) != GGML_STATUS_SUCCESS) {
            return false;
        }
        ggml_backend_event_record(computed_.get(), primary);
        is_in_use_ = true;
    }
    return true;
}

} // namespace coterie
