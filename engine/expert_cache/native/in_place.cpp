// A block that is computed in the graph's own memory on the device: its nodes once more, experts taken from slots.
//
// All rows are computed there, so that the graph is always the same one and can be replayed; rows of experts that are
// not resident are given any slot, and what the CPU computed meanwhile is then written over theirs.
#include "cache.h"
#include "lane.h"

#include <algorithm>

namespace coterie {

void Cache::place(Block & block, const Lane & lane) {
    if (Layer * above = block.layer->above.get(); above && lane.device() == above_.device) {
        const bool is_small = block.shape.ids->ne[1] <= settings_.max_tokens && fits(block.shape, *block.layer);
        const Side side = { above_.device, *above, above_.workspace.get() };
        above->is_plain = above->is_plain || (is_small && !place_slots(block, false, side));
        return;
    }
    if (lane.device() != device_) {
        return;
    }
    if (!block.is_large && !block.layer->is_home() && fits(block.shape, *block.layer)) {
        place_slots(block, lane.is_host(), { device_, *block.layer, workspace_.get() });
    }
    if (block.is_large) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!is_stream_tried_) {
            is_stream_tried_ = true;
            stream_ = Stream::make(device_, layers_);
        }
        block.is_readable = stream_ && stream_->place(block);
    }
}

bool Cache::place_slots(Block & block, bool on_host, const Side & side) const {
    const Shape & shape = block.shape;
    auto copy = std::make_unique<GraphCopy>(int(shape.nodes.size()) * (GGML_MAX_SRC + 2) + 4);
    ggml_tensor * ids = ggml_new_tensor_2d(copy->context(), GGML_TYPE_I32, shape.ids->ne[0], shape.ids->ne[1]);
    void * base = ggml_backend_buffer_get_base(side.workspace);
    if (on_host) {
        block.slot_ids_on_host.resize(size_t(ggml_nelements(ids)));
        ids->data = block.slot_ids_on_host.data();
    } else if (ggml_backend_buffer_get_size(side.workspace) < ggml_nbytes(ids) ||
        ggml_backend_tensor_alloc(side.workspace, ids, base) != GGML_STATUS_SUCCESS) {
        return false;
    }
    for (size_t i = 0; i < shape.nodes.size(); i++) {
        const Operation & operation = shape.operations[i];
        ggml_tensor * node = copy->node(shape.nodes[i]);
        for (int j = 0; j < GGML_MAX_SRC; j++) {
            const Source source = operation.sources[j];
            if (source.kind == Source::EXPERTS) {
                node->src[j] = copy->experts_for(node, side.layer.held()[size_t(source.index)]);
            } else if (source.kind == Source::IDS) {
                node->src[j] = ids;
            }
        }
        if (node->op != GGML_OP_VIEW && !ggml_backend_dev_supports_op(side.device, node)) {
            return false;
        }
    }
    copy->finish();
    block.slot_ids = ids;
    block.in_place = std::move(copy);
    return true;
}

// Where the device is the processor, its rows are worth a graph of their own only beside rows of experts that miss.
Cache::Result Cache::make_ready(Block & block) {
    choose_slots(block.shape);
    block.slot_ids_on_host = slot_ids_;
    return READY;
}

Cache::Result Cache::compute_in_place(Block & block, const Lane & lane) {
    Layer & layer = *block.layer;
    if (!device_rows_.empty() && !submit_in_place(block, layer, uploads_.get(), lane)) {
        return FAILED;
    }
    if (!cpu_rows_.empty()) {
        if (!compute_on_host(*layer.on_cpu, cpu_rows_, block.on_host, lane.cpu())) {
            return FAILED;
        }
        bring_up(block, layer.on_cpu->result(), lane);
    }
    return DONE;
}

// All rows in place, of which the device's are right.
bool Cache::submit_in_place(Block & block, Layer & layer, Uploads * uploads, const Lane & lane) {
    choose_slots(block.on_host);
    if (uploads) {
        uploads->await(layer, lane.primary());
    }
    const size_t bytes = slot_ids_.size() * sizeof(int32_t);
    ggml_backend_tensor_set_async(lane.primary(), block.slot_ids, slot_ids_.data(), 0, bytes);
    counters_.moved_bytes += bytes;
    return ggml_backend_graph_compute_async(lane.primary(), block.in_place->graph()) == GGML_STATUS_SUCCESS;
}

// A slot for each row, no slot twice for one token: a row that the CPU computes gets any that is left.
void Cache::choose_slots(const Shape & shape) {
    const size_t choices = size_t(shape.ids->ne[0]);
    slot_ids_.assign(experts_.size(), -1);
    for (const Row & row : device_rows_) {
        slot_ids_[size_t(row.row)] = row.slot;
    }
    for (size_t first = 0; first < slot_ids_.size(); first += choices) {
        const auto begin = slot_ids_.begin() + long(first), end = begin + long(choices);
        int32_t slot = 0;
        for (auto id = begin; id != end; ++id) {
            if (*id < 0) {
                while (std::find(begin, end, slot) != end) {
                    slot++;
                }
                *id = slot;
            }
        }
    }
}

// The CPU's rows into the result, after what the device wrote there; those that follow one another there in one copy.
// `from` has them one behind another, or is the block's result on the host.
void Cache::bring_up(const Block & block, const ggml_tensor * from, const Lane & lane) {
    ggml_tensor * result = block.shape.result;
    const size_t width = size_t(result->ne[0]) * sizeof(float);
    const int64_t choices = block.shape.ids->ne[0];
    const auto place = [&](size_t i) { return row_offset(result, cpu_rows_[i].row, choices); };
    for (size_t i = 0, next = 0; i < cpu_rows_.size(); i = next) {
        const size_t offset = place(i);
        for (next = i + 1; next < cpu_rows_.size() && place(next) == offset + (next - i) * width; next++) {}
        const size_t bytes = (next - i) * width;
        const char * rows = static_cast<const char *>(from->data) + (from == block.on_host.result ? offset : i * width);
        ggml_backend_tensor_set_async(lane.primary(), result, rows, offset, bytes);
        counters_.moved_bytes += bytes;
    }
}

} // namespace coterie
