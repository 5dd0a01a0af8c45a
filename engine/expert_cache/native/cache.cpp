#include "cache.h"

#include "lane.h"

#include <algorithm>
#include <cstring>

namespace coterie {

Cache::~Cache() {
    ring_.drain();
    for (Uploads * uploads : { uploads_.get(), above_.uploads.get() }) {
        if (uploads) {
            uploads->finish();
        }
    }
    if (inner_) {
        ggml_backend_synchronize(inner_.get());
    }
}

int Cache::open(const char * name, std::string & problem) {
    device_ = ggml_backend_dev_by_name(name);
    if (!device_) {
        problem = std::string("no device ") + name;
        return COTERIE_CACHE_NO_DEVICE;
    }
    inner_.reset(ggml_backend_dev_init(device_, nullptr));
    workspace_.reset(inner_ ? ggml_backend_buft_alloc_buffer(buffer_type(), settings_.workspace) : nullptr);
    if (!workspace_) {
        return without_workspace(problem);
    }
    room_.buffer = settings_.shared > 0 ? buffer_for_slots(buffer_type(), settings_.shared) : nullptr;
    if (settings_.shared > 0 && !room_.buffer) {
        problem = "no memory for " + std::to_string(settings_.shared) + " bytes of slots";
        return COTERIE_CACHE_NO_MEMORY;
    }
    ggml_backend_buffer_clear(workspace_.get(), 0);
    const size_t tokens = size_t(std::max(settings_.max_tokens, settings_.largest_batch));
    const size_t rows = tokens * size_t(settings_.experts_used);
    experts_.reserve(rows);
    device_rows_.reserve(rows);
    cpu_rows_.reserve(rows);
    missing_.reserve(rows);
    held_.reserve(rows);
    slot_ids_.reserve(rows);
    chosen_rows_.reserve(rows);
    if (settings_.upload_beside) {
        uploads_ = Uploads::make(device_);
    }
    counters_.allocated = ggml_backend_buffer_get_size(workspace_.get()) + settings_.shared;
    return COTERIE_CACHE_OK;
}

int Cache::without_workspace(std::string & problem) const {
    problem = "no memory for " + std::to_string(settings_.workspace) + " bytes of activations";
    return COTERIE_CACHE_NO_MEMORY;
}

// For layers whose rows are divided between the device and the CPU.
bool Cache::has_both_sides() {
    if (!host_workspace_ || !staging_) {
        host_workspace_.reset(ggml_backend_buft_alloc_buffer(ggml_backend_cpu_buffer_type(), settings_.workspace));
        staging_.reset(ggml_backend_buft_alloc_buffer(host_memory_of(device_), settings_.workspace));
    }
    return host_workspace_ && staging_;
}

int Cache::add_layer(int number, ggml_tensor * const * weights, int count, int slots, size_t bytes, std::string & problem) {
    const Floor * floor = open_floor();
    const auto is_there = [floor](const ggml_tensor * each) { return floor->place_of(each); };
    const bool is_on_floor = floor && std::any_of(weights, weights + count, is_there);
    const bool stays_home = slots == 0 && bytes == 0 && !is_on_floor;
    if ((slots < settings_.experts_used && !stays_home) || slots > experts_of(weights[0])) {
        problem = std::to_string(slots) + " slots for layer " + std::to_string(number);
        return COTERIE_CACHE_TOO_SMALL;
    }
    for (int i = 0; i < count; i++) {
        if (by_weights_.count(weights[i]) != 0 || std::count(weights, weights + count, weights[i]) != 1) {
            problem = std::string(weights[i]->name) + " is given twice";
            return COTERIE_CACHE_WRONG_ORDER;
        }
    }
    if (!is_on_floor && !has_both_sides()) {
        return without_workspace(problem);
    }
    auto layer = std::make_unique<Layer>(number, weights, count, slots, policy(is_on_floor));
    const int result = layer->place(device_, buffer_type(), bytes, room_, problem);
    if (result != COTERIE_CACHE_OK) {
        return result;
    }
    if (layer->floor() && layer->passing_bytes() > (room_.buffer ? passing_room(room_.buffer.get()) : 0)) {
        problem = "no room for an expert of layer " + std::to_string(number) + " to pass through";
        return COTERIE_CACHE_TOO_SMALL;
    }
    counters_.allocated += layer->held_bytes();
    layers_.push_back(std::move(layer));
    for (const ggml_tensor * tensor : layers_.back()->weights()) {
        by_weights_[tensor] = layers_.back().get();
    }
    return COTERIE_CACHE_OK;
}

// Of experts on the disk each one comes that is used: nothing else computes it.
Policy Cache::policy(bool is_on_floor) const {
    return { settings_.half_life, settings_.admission != 0 && !is_on_floor, settings_.fixed != 0 && !is_on_floor };
}

void Cache::activate() {
    if (room_.buffer) {
        ring_.lay(layers_, room_.buffer.get());
    }
    is_active_ = true;
}

Layer * Cache::layer_of(const ggml_tensor * node) const {
    const ggml_tensor * experts = experts_behind(node);
    const auto found = experts ? by_weights_.find(experts) : by_weights_.end();
    return found == by_weights_.end() ? nullptr : found->second;
}

bool Cache::takes(const ggml_tensor * node) const {
    const Layer * layer = layer_of(node);
    if (!layer || layer->is_plain || node->type != GGML_TYPE_F32 || node->view_src) {
        return false;
    }
    // Each node has its rows as [width, choices, tokens], but for scales spread as [1, experts, tokens].
    const bool is_input_known = node->op != GGML_OP_MUL_MAT_ID || node->src[1]->type == GGML_TYPE_F32;
    return is_input_known && node->ne[2] <= most_tokens(*layer) &&
           (node->op == GGML_OP_REPEAT || node->ne[1] <= settings_.experts_used);
}

int64_t Cache::most_tokens(const Layer & layer) const {
    return layer.floor() ? std::max(settings_.max_tokens, settings_.largest_batch) : settings_.max_tokens;
}

bool Cache::streams(const ggml_tensor * node, ggml_backend_dev_t device) const {
    const bool is_large = settings_.stream_from > 0 && node->ne[2] >= settings_.stream_from && node->ne[2] > settings_.max_tokens;
    return is_large && device == device_ && node->type == GGML_TYPE_F32 && !node->view_src && layer_of(node);
}

void Cache::set_threads(int threads) {
    set_threads_of(inner_.get(), threads);
}

Layer * Cache::layer(int number) {
    for (const auto & layer : layers_) {
        if (layer->number() == number) {
            return layer.get();
        }
    }
    return nullptr;
}

int Cache::residents(Layer & layer, int32_t * experts, int room) {
    const std::lock_guard<std::mutex> lock(mutex_);
    int count = 0;
    for (const Layer * each : { static_cast<const Layer *>(layer.above.get()), static_cast<const Layer *>(&layer) }) {
        for (int slot = 0; each && slot < each->slots.count(); slot++, count++) {
            if (count < room) {
                const int expert = each->slots.expert_of(slot);
                const bool is_twice = each == &layer && layer.above && expert >= 0 && layer.above->slots.has(expert);
                experts[count] = is_twice ? -1 : expert;
            }
        }
    }
    return count;
}

int Cache::warm(Layer & layer, const int32_t * experts, int count) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (layer.has_room()) {
        return 0; // the next layer would be in its place before it is used
    }
    if (layer.floor()) {
        Coming coming;
        const int first = layer.above ? warm_above(layer, experts, count) : 0;
        ask_warm(layer, experts, first, count, coming);
        const int brought = first + int(coming.experts.size());
        return await(layer, coming) ? brought : first;
    }
    int brought = 0;
    for (int i = 0; i < count; i++) {
        const int slot = layer.slots.give_warm(experts[i], i).slot;
        if (slot >= 0) {
            layer.bring(experts[i], slot, nullptr);
            counters_.brought++;
            counters_.brought_bytes += layer.expert_bytes();
            brought++;
        }
    }
    return brought;
}

void Cache::read(coterie_cache_counters & counters) {
    const std::lock_guard<std::mutex> lock(mutex_);
    counters = counters_;
    if (Floor * floor = open_floor()) {
        const Disk::Totals totals = floor->disk().totals();
        counters.disk_bytes = totals.bytes;
        counters.disk_busy_ns = totals.busy_ns;
        counters.disk_wait_ns = totals.wait_ns;
    }
}

int Cache::failure(std::string & path) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const int found = failure_;
    path = failed_path_;
    failure_ = COTERIE_FLOOR_OK;
    return found;
}

} // namespace coterie
