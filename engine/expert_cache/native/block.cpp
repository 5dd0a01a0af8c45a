// Computes one expert block: rows of resident experts on the inner device, the others on the CPU at the same time;
// misses are uploaded for the next time.
#include "cache.h"
#include "lane.h"

#include <algorithm>
#include <cstring>

namespace coterie {

Cache::Result Cache::compute(Block & block, const Lane & lane) {
    const std::lock_guard<std::mutex> lock(mutex_);
    Layer & layer = *block.layer;
    if (block.is_large) {
        return compute_streamed(block, lane);
    }
    if (!block.is_readable || !fits(block.shape, layer) || !prepare(block)) {
        counters_.plain_blocks++;
        return LEFT;
    }
    enter(lane);
    bring_down(block, lane);
    const Shape & shape = lane.is_host() ? block.shape : block.on_host;
    if (!read_rows(layer, shape)) {
        return LEFT; // the last layer has no rows where no logits are asked for
    }
    if (layer.floor()) {
        return compute_from_disk(block, lane);
    }
    if (layer.is_home()) {
        return compute_at_home(block, lane);
    }
    const bool in_place = block.in_place && !lane.is_host();
    const ggml_backend_t in_order_of = in_place ? lane.primary() : inner_.get();
    sort_rows(layer, in_order_of, block.in_place || layer.is_quantized());
    count(layer, shape);
    // A block for the CPU alone needs no copies.
    Result result = LEFT;
    if (in_place) {
        result = compute_in_place(block, lane);
    } else if (block.in_place && cpu_rows_.empty()) {
        result = make_ready(block);
    } else if (!device_rows_.empty() || !lane.is_host()) {
        result = compute_rows(block, lane);
    }
    bring_missing(layer, false, in_order_of);
    return result;
}

// All rows by the CPU: without this the graph would be cut in two for it.
Cache::Result Cache::compute_at_home(Block & block, const Lane & lane) {
    device_rows_.clear();
    cpu_rows_.clear();
    for (int row = 0; row < int(experts_.size()); row++) {
        cpu_rows_.push_back({ row, experts_[size_t(row)] });
    }
    return lane.is_host() ? LEFT : compute_rows(block, lane);
}

// All rows on the device, whose experts come as they are needed; what is resident stays as it is.
Cache::Result Cache::compute_streamed(const Block & block, const Lane & lane) {
    if (!block.is_readable) {
        counters_.plain_blocks++;
        return LEFT;
    }
    enter(lane);
    bring_down(block, lane);
    if (!read_rows(*block.layer, block.on_host)) {
        return LEFT;
    }
    return stream_->compute(*block.streamed, experts_, lane.primary()) ? DONE : FAILED;
}

// What another lane left under way is over before its memory is used again.
void Cache::enter(const Lane & lane) {
    if (last_ && last_ != lane.primary()) {
        ggml_backend_synchronize(last_);
        for (Uploads * uploads : { uploads_.get(), above_.uploads.get() }) {
            if (uploads) {
                uploads->finish();
            }
        }
    }
    last_ = lane.primary();
}

void Cache::forget(const Lane & lane) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (last_ == lane.primary()) {
        last_ = nullptr;
    }
}

// All that a block takes comes down with one wait.
void Cache::bring_down(const Block & block, const Lane & lane) {
    if (lane.is_host()) {
        return;
    }
    for (const auto & [inside, on_host] : block.entering) {
        const size_t bytes = ggml_nbytes(inside);
        if (bytes > 0) {
            ggml_backend_tensor_get_async(lane.primary(), inside, on_host->data, 0, bytes);
            counters_.moved_bytes += bytes;
        }
    }
    ggml_backend_synchronize(lane.primary());
}

void Cache::count(const Layer & layer, const Shape & shape) {
    counters_.blocks++;
    counters_.uses += experts_.size();
    counters_.tokens += is_first(layer) ? uint64_t(shape.ids->ne[1]) : 0;
}

Cache::Result Cache::compute_rows(Block & block, const Lane & lane) {
    Layer & layer = *block.layer;
    const Shape & shape = lane.is_host() ? block.shape : block.on_host;
    bool done = device_rows_.empty() || submit(layer, shape);
    if (done && !cpu_rows_.empty()) {
        done = compute_on_host(*layer.on_cpu, cpu_rows_, shape, lane.cpu());
    }
    if (!done) {
        // Nothing may be under way when this returns. The graph's memory is untouched, as the block is computed from it
        // by the CPU now, and its result may lie where an input lay.
        ggml_backend_synchronize(inner_.get());
        return LEFT;
    }
    if (const char * fetched = device_rows_.empty() ? nullptr : fetch(layer, shape)) {
        scatter(shape, device_rows_, fetched);
    }
    if (!cpu_rows_.empty()) {
        scatter(shape, cpu_rows_, static_cast<const char *>(layer.on_cpu->result()->data));
    }
    if (!lane.is_host()) {
        const size_t bytes = ggml_nbytes(shape.result);
        ggml_backend_tensor_set_async(lane.primary(), block.shape.result, shape.result->data, 0, bytes);
        counters_.moved_bytes += bytes;
    }
    return DONE;
}

bool Cache::fits(const Shape & shape, const Layer & layer) const {
    return shape.ids->ne[0] <= settings_.experts_used && shape.ids->ne[1] <= most_tokens(layer);
}

// Of the layers that are computed here.
bool Cache::is_first(const Layer & layer) const {
    const auto has_slots = [](const auto & each) { return !each->is_plain && !each->is_home(); };
    const auto first = std::find_if(layers_.begin(), layers_.end(), has_slots);
    return first != layers_.end() && first->get() == &layer;
}

// Programs are made when a block is first seen: at load, which computes one token.
bool Cache::prepare(Block & block) {
    Layer & layer = *block.layer;
    if (!layer.on_device && !layer.on_cpu && !layer.is_plain) {
        const int rows = settings_.max_tokens * settings_.experts_used;
        if (!layer.is_home()) {
            layer.on_device = Program::make(block.shape, layer.held(), device_, workspace_.get(), rows);
        }
        const ggml_backend_dev_t cpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
        if (!layer.floor()) {
            layer.on_cpu = Program::make(block.shape, layer.at_home(), cpu, host_workspace_.get(), rows);
        }
        if (layer.floor()) {
            layer.on_passing = Program::make(block.shape, layer.passing(), device_, workspace_.get(), rows);
        }
        layer.is_plain = !(layer.floor() ? layer.on_passing : layer.on_cpu) || !(layer.is_home() || layer.on_device);
    }
    return !layer.is_plain && (layer.is_home() ? layer.on_cpu : layer.on_device)->computes(block.shape);
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

// Assigns rows to device and CPU, with `shares_slots` even several of one slot to the device; with `bring_first`, missing experts get their slots now.
void Cache::sort_rows(Layer & layer, ggml_backend_t in_order_of, bool shares_slots) {
    missing_.clear();
    for (const int32_t expert : experts_) {
        counters_.hits += layer.slots.has(expert);
        if (!layer.slots.has(expert) && std::find(missing_.begin(), missing_.end(), expert) == missing_.end()) {
            missing_.push_back(expert);
        }
    }
    layer.slots.begin(experts_.data(), int(experts_.size()));
    if (settings_.bring_first) {
        bring_missing(layer, true, in_order_of);
    }
    device_rows_.clear();
    cpu_rows_.clear();
    for (int row = 0; row < int(experts_.size()); row++) {
        const int32_t expert = experts_[size_t(row)];
        const int slot = layer.slots.slot_of(expert);
        if (slot >= 0 && (shares_slots || !is_taken(slot))) {
            device_rows_.push_back({ row, slot });
        } else {
            cpu_rows_.push_back({ row, expert });
        }
    }
}

// `before`: the device computes the uploaded experts now, so uploads are queued ahead of that.
void Cache::bring_missing(Layer & layer, bool before, ggml_backend_t in_order_of) {
    if (bool(settings_.bring_first) != before) {
        return;
    }
    bool is_beside = false;
    for (const int32_t expert : missing_) {
        const Slots::Given given = layer.slots.give(expert);
        if (given.slot < 0) {
            counters_.refused++;
            continue;
        }
        counters_.evicted += given.evicted >= 0;
        counters_.brought++;
        counters_.brought_bytes += layer.expert_bytes();
        is_beside = !before && uploads_;
        if (is_beside) {
            uploads_->bring(layer, expert, given.slot);
        } else {
            layer.bring(expert, given.slot, in_order_of);
        }
    }
    if (is_beside) {
        uploads_->close(layer);
    }
}

// Consecutive rows of an input, or the row that all share.
void Cache::gather(const ggml_tensor * source, const std::vector<Row> & rows, int64_t choices, bool shared, char * to) const {
    const size_t width = size_t(source->ne[0]) * sizeof(float);
    const size_t count = shared ? 1 : rows.size();
    for (size_t i = 0; i < count; i++) {
        const char * from = static_cast<const char *>(source->data) + row_offset(source, rows[i].row, choices);
        std::memcpy(to + i * width, from, width);
    }
}

bool Cache::submit(Layer & layer, const Shape & shape) {
    Program & program = *layer.on_device;
    program.set_rows(int(device_rows_.size()), int(shape.ids->ne[1]));
    char * staging = static_cast<char *>(ggml_backend_buffer_get_base(staging_.get()));
    for (size_t i = 0; i < shape.inputs.size(); i++) {
        char * to = staging + program.offset(program.input(i));
        gather(shape.inputs[i], device_rows_, shape.ids->ne[0], program.is_shared(i), to);
    }
    int32_t * ids = reinterpret_cast<int32_t *>(staging);
    for (size_t i = 0; i < device_rows_.size(); i++) {
        ids[i] = device_rows_[i].slot;
    }
    const size_t bytes = program.entrance_bytes();
    if (uploads_) {
        uploads_->await(layer, inner_.get());
    }
    ggml_backend_tensor_set_async(inner_.get(), program.entrance(), staging, 0, bytes);
    counters_.moved_bytes += bytes;
    return ggml_backend_graph_compute_async(inner_.get(), program.graph()) == GGML_STATUS_SUCCESS;
}

// By a backend whose memory is the host's.
bool Cache::compute_on_host(
    Program & program, const std::vector<Row> & rows, const Shape & shape, ggml_backend_t backend) const {
    program.set_rows(int(rows.size()), int(shape.ids->ne[1]));
    for (size_t i = 0; i < shape.inputs.size(); i++) {
        char * to = static_cast<char *>(program.input(i)->data);
        gather(shape.inputs[i], rows, shape.ids->ne[0], program.is_shared(i), to);
    }
    int32_t * ids = static_cast<int32_t *>(program.ids()->data);
    for (size_t i = 0; i < rows.size(); i++) {
        ids[i] = rows[i].slot;
    }
    return ggml_backend_graph_compute(backend, program.graph()) == GGML_STATUS_SUCCESS;
}

// Waits for the device. Its rows in staging; nullptr if it computed all, which are then in place.
const char * Cache::fetch(const Layer & layer, const Shape & shape) {
    const ggml_tensor * result = layer.on_device->result();
    const size_t bytes = ggml_nbytes(result);
    const bool is_in_place = cpu_rows_.empty() && ggml_is_contiguous(shape.result);
    char * staged = static_cast<char *>(ggml_backend_buffer_get_base(staging_.get())) + layer.on_device->offset(result);
    ggml_backend_tensor_get_async(inner_.get(), result, is_in_place ? shape.result->data : staged, 0, bytes);
    ggml_backend_synchronize(inner_.get());
    counters_.moved_bytes += bytes;
    return is_in_place ? nullptr : staged;
}

void Cache::scatter(const Shape & shape, const std::vector<Row> & rows, const char * from) const {
    const size_t width = size_t(shape.result->ne[0]) * sizeof(float);
    const int64_t choices = shape.ids->ne[0];
    for (size_t i = 0; i < rows.size(); i++) {
        char * to = static_cast<char *>(shape.result->data) + row_offset(shape.result, rows[i].row, choices);
        std::memcpy(to, from + i * width, width);
    }
}

} // namespace coterie
