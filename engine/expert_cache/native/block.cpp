// Computes one expert block: rows of resident experts on the inner device, the others on the CPU at the same time;
// misses are uploaded for the next time.
#include "cache.h"

#include "ggml-impl.h"

#include <algorithm>
#include <cstring>

namespace coterie {

bool Cache::compute(ggml_cgraph * graph, int first, int & end, Layer & layer, ggml_backend_t cpu) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!read_shape(graph, first, layer.weights(), shape_, end) || !fits(shape_, layer) || !prepare(layer, shape_)) {
        counters_.plain_blocks++;
        return false;
    }
    if (!read_rows(layer, shape_)) {
        return false; // the last layer has no rows where no logits are asked for
    }
    sort_rows(layer);
    counters_.blocks++;
    counters_.uses += experts_.size();
    counters_.tokens += is_first(layer) ? uint64_t(shape_.ids->ne[1]) : 0;
    // A block for the CPU alone needs no copies.
    const bool done = !device_rows_.empty() && compute_rows(layer, shape_, cpu);
    bring_missing(layer, false);
    return done;
}

bool Cache::compute_rows(Layer & layer, const Shape & shape, ggml_backend_t cpu) {
    bool done = submit(layer, shape);
    if (done && !cpu_rows_.empty()) {
        done = compute_on_cpu(layer, shape, cpu);
    }
    if (!done) {
        // Nothing may be under way when this returns. The graph's memory is untouched, as the block is computed from it
        // by the CPU now, and its result may lie where an input lay.
        ggml_backend_synchronize(inner_.get());
        return false;
    }
    fetch(layer, shape);
    if (result_) {
        scatter(shape, device_rows_, result_);
    }
    if (!cpu_rows_.empty()) {
        scatter(shape, cpu_rows_, static_cast<const char *>(layer.on_cpu->result()->data));
    }
    return true;
}

// A part of a split graph may look like a block, but lacks some of the layer's tensors.
static bool is_whole(const Shape & shape, const Layer & layer) {
    for (size_t i = 0; i < layer.weights().size(); i++) {
        const Source experts = { Source::EXPERTS, int(i) };
        const bool is_used = std::any_of(shape.operations.begin(), shape.operations.end(), [&](const Operation & operation) {
            return std::find(std::begin(operation.sources), std::end(operation.sources), experts) != std::end(operation.sources);
        });
        if (!is_used) {
            return false;
        }
    }
    return true;
}

bool Cache::fits(const Shape & shape, const Layer & layer) const {
    return shape.ids->ne[0] <= settings_.experts_used && shape.ids->ne[1] <= settings_.max_tokens && is_whole(shape, layer);
}

// Of the layers that are computed here.
bool Cache::is_first(const Layer & layer) const {
    const auto first = std::find_if(layers_.begin(), layers_.end(), [](const auto & each) { return !each->is_plain; });
    return first != layers_.end() && first->get() == &layer;
}

// Programs are made when a block is first seen: at load, which computes one token.
bool Cache::prepare(Layer & layer, const Shape & shape) {
    if (!layer.on_device && !layer.is_plain) {
        const int rows = settings_.max_tokens * settings_.experts_used;
        layer.on_device = Program::make(shape, layer.held(), device_, workspace_.get(), rows);
        const ggml_backend_dev_t cpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
        layer.on_cpu = Program::make(shape, layer.at_home(), cpu, host_workspace_.get(), rows);
        layer.is_plain = !layer.on_device || !layer.on_cpu;
    }
    return !layer.is_plain && layer.on_device->computes(shape);
}

// The expert of each row.
bool Cache::read_rows(const Layer & layer, const Shape & shape) {
    const ggml_tensor * ids = shape.ids;
    experts_.clear();
    for (int64_t token = 0; token < ids->ne[1]; token++) {
        for (int64_t choice = 0; choice < ids->ne[0]; choice++) {
            const char * at = static_cast<const char *>(ids->data) + token * int64_t(ids->nb[1]) + choice * int64_t(ids->nb[0]);
            const int32_t expert = *reinterpret_cast<const int32_t *>(at);
            if (expert < 0 || expert >= layer.slots.experts()) {
                return false;
            }
            experts_.push_back(expert);
        }
    }
    return !experts_.empty();
}

// All rows are handed to the device as one token's. CUDA's kernels for half and single floats (mmf.cuh) expect a token
// to use an expert once; a second row with the same one, which only another token can have, is then the CPU's.
bool Cache::is_taken(int slot) const {
    return std::any_of(device_rows_.begin(), device_rows_.end(), [slot](const Row & row) { return row.slot == slot; });
}

// Assigns rows to device and CPU; with `bring_first`, missing experts get their slots now.
void Cache::sort_rows(Layer & layer) {
    missing_.clear();
    for (const int32_t expert : experts_) {
        counters_.hits += layer.slots.ready(expert) >= 0;
        if (!layer.slots.has(expert) && std::find(missing_.begin(), missing_.end(), expert) == missing_.end()) {
            missing_.push_back(expert);
        }
    }
    layer.slots.begin(experts_.data(), int(experts_.size()));
    if (settings_.bring_first) {
        bring_missing(layer, true);
    }
    device_rows_.clear();
    cpu_rows_.clear();
    for (int row = 0; row < int(experts_.size()); row++) {
        const int32_t expert = experts_[size_t(row)];
        const int slot = layer.slots.ready(expert);
        if (slot >= 0 && (layer.is_quantized() || !is_taken(slot))) {
            device_rows_.push_back({ row, slot });
        } else {
            cpu_rows_.push_back({ row, expert });
        }
    }
}

// `before`: the device computes the uploaded experts now, so uploads are queued ahead of that.
void Cache::bring_missing(Layer & layer, bool before) {
    if (bool(settings_.bring_first) != before) {
        return;
    }
    for (const int32_t expert : missing_) {
        if (!before && uploader_ && !uploader_->has_room()) {
            counters_.refused++;
            continue;
        }
        const Slots::Given given = layer.slots.give(expert);
        if (given.slot < 0) {
            counters_.refused++;
            continue;
        }
        counters_.evicted += given.evicted >= 0;
        counters_.brought++;
        counters_.brought_bytes += layer.expert_bytes();
        if (!before && uploader_) {
            uploader_->upload(&layer, expert, given.slot);
        } else {
            layer.bring(expert, given.slot, inner_.get());
            layer.slots.filled(given.slot);
        }
    }
}

static const char * row_of(const ggml_tensor * source, int row, int64_t choices) {
    const int64_t token = row / choices, choice = source->ne[1] == 1 ? 0 : row % choices;
    return static_cast<const char *>(source->data) + token * int64_t(source->nb[2]) + choice * int64_t(source->nb[1]);
}

// Consecutive rows of an input, or the row that all share.
void Cache::gather(const ggml_tensor * source, const std::vector<Row> & rows, bool shared, char * to) const {
    const size_t width = size_t(source->ne[0]) * sizeof(float);
    const size_t count = shared ? 1 : rows.size();
    for (size_t i = 0; i < count; i++) {
        std::memcpy(to + i * width, row_of(source, rows[i].row, shape_.ids->ne[0]), width);
    }
}

bool Cache::submit(Layer & layer, const Shape & shape) {
    Program & program = *layer.on_device;
    program.set_rows(int(device_rows_.size()), shape.ids->ne[1] == 1);
    char * staging = static_cast<char *>(ggml_backend_buffer_get_base(staging_.get()));
    for (size_t i = 0; i < shape.inputs.size(); i++) {
        gather(shape.inputs[i], device_rows_, program.is_shared(i), staging + program.offset(program.input(i)));
    }
    int32_t * ids = reinterpret_cast<int32_t *>(staging);
    for (size_t i = 0; i < device_rows_.size(); i++) {
        ids[i] = device_rows_[i].slot;
    }
    const size_t bytes = program.entrance_bytes();
    ggml_backend_tensor_set_async(inner_.get(), program.entrance(), staging, 0, bytes);
    counters_.moved_bytes += bytes;
    return ggml_backend_graph_compute_async(inner_.get(), program.graph()) == GGML_STATUS_SUCCESS;
}

bool Cache::compute_on_cpu(Layer & layer, const Shape & shape, ggml_backend_t cpu) {
    Program & program = *layer.on_cpu;
    program.set_rows(int(cpu_rows_.size()), shape.ids->ne[1] == 1);
    for (size_t i = 0; i < shape.inputs.size(); i++) {
        gather(shape.inputs[i], cpu_rows_, program.is_shared(i), static_cast<char *>(program.input(i)->data));
    }
    int32_t * ids = static_cast<int32_t *>(program.ids()->data);
    for (size_t i = 0; i < cpu_rows_.size(); i++) {
        ids[i] = cpu_rows_[i].slot;
    }
    return ggml_backend_graph_compute(cpu, program.graph()) == GGML_STATUS_SUCCESS;
}

// Waits for the device. Its rows are already in place if it computed all of them.
void Cache::fetch(Layer & layer, const Shape & shape) {
    const ggml_tensor * result = layer.on_device->result();
    const size_t bytes = ggml_nbytes(result);
    result_ = nullptr;
    char * to = static_cast<char *>(shape.result->data);
    if (!cpu_rows_.empty() || !ggml_is_contiguous(shape.result)) {
        to = result_ = static_cast<char *>(ggml_backend_buffer_get_base(staging_.get())) + layer.on_device->offset(result);
    }
    ggml_backend_tensor_get_async(inner_.get(), result, to, 0, bytes);
    ggml_backend_synchronize(inner_.get());
    counters_.moved_bytes += bytes;
}

void Cache::scatter(const Shape & shape, const std::vector<Row> & rows, const char * from) const {
    const size_t width = size_t(shape.result->ne[0]) * sizeof(float);
    const int64_t choices = shape.ids->ne[0];
    for (size_t i = 0; i < rows.size(); i++) {
        const int64_t token = rows[i].row / choices, choice = rows[i].row % choices;
        char * to = static_cast<char *>(shape.result->data) + token * int64_t(shape.result->nb[2]) + choice * int64_t(shape.result->nb[1]);
        std::memcpy(to, from + i * width, width);
    }
}

} // namespace coterie
