#include "layer.h"

#include "expert_cache.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#ifdef __linux__
#    include <sys/mman.h>
#    include <unistd.h>
#endif

namespace coterie {

static const size_t PASSING_ALIGNMENT = 64;

int expert_dimension(const ggml_tensor * weights) {
    return weights->ne[2] > 1 ? 2 : weights->ne[1] > 1 ? 1 : 0;
}

int64_t experts_of(const ggml_tensor * weights) {
    return weights->ne[expert_dimension(weights)];
}

static size_t slice_of(const ggml_tensor * weights) {
    return weights->nb[expert_dimension(weights)];
}

static ggml_tensor * new_held(ggml_context * context, const ggml_tensor * weights, int slots) {
    switch (expert_dimension(weights)) {
        case 2: return ggml_new_tensor_3d(context, weights->type, weights->ne[0], weights->ne[1], slots);
        case 1: return ggml_new_tensor_2d(context, weights->type, weights->ne[0], slots);
        default: return ggml_new_tensor_2d(context, weights->type, 1, slots);
    }
}

// Scales as rows of one element, for the lookup.
static ggml_tensor * in_rows(ggml_context * context, ggml_tensor * weights) {
    if (expert_dimension(weights) != 0) {
        return weights;
    }
    ggml_tensor * rows = ggml_new_tensor_2d(context, weights->type, 1, weights->ne[0]);
    rows->buffer = weights->buffer;
    rows->data = weights->data;
    return rows;
}

static ContextPtr new_context(int tensors) {
    const ggml_init_params params = { ggml_tensor_overhead() * size_t(tensors), nullptr, true };
    return ContextPtr(ggml_init(params));
}

size_t Layer::bytes(ggml_backend_buffer_type_t type, ggml_tensor * const * weights, int count, int slots) {
    const ContextPtr context = new_context(count);
    const Floor * floor = open_floor();
    const size_t alignment = ggml_backend_buft_get_alignment(type);
    size_t total = 0;
    for (int i = 0; i < count; i++) {
        const ggml_tensor * held = new_held(context.get(), weights[i], slots);
        const bool is_read = floor && type == ggml_backend_cpu_buffer_type() && floor->place_of(weights[i]);
        total = is_read ? total + RawFile::SECTOR : GGML_PAD(total, alignment);
        total += ggml_backend_buft_get_alloc_size(type, held);
    }
    return total;
}

// Behind `offset` of memory that begins at `base`: within a sector as the experts lie in the file, which can then be
// read to where they belong.
static size_t begin_behind(size_t offset, const char * base, size_t alignment, const Floor::Place * place) {
    if (!place) {
        return GGML_PAD(offset, alignment);
    }
    const size_t now = (reinterpret_cast<size_t>(base) + offset) % RawFile::SECTOR;
    return offset + (size_t(place->offset) % RawFile::SECTOR + RawFile::SECTOR - now) % RawFile::SECTOR;
}

// Of memory that the CPU reads and that is not touched yet: whole experts are read at once, and with pages of 4 kB the
// processor looks up the place of each again and again.
static void ask_for_huge_pages(ggml_backend_buffer_t buffer) {
#ifdef __linux__
    if (ggml_backend_buffer_is_host(buffer)) {
        const auto page = uintptr_t(sysconf(_SC_PAGESIZE)), base = uintptr_t(ggml_backend_buffer_get_base(buffer));
        const uintptr_t start = (base + page - 1) / page * page;
        const uintptr_t end = (base + ggml_backend_buffer_get_size(buffer)) / page * page;
        if (start < end) { // refused where there are none: it stays as it is
            madvise(reinterpret_cast<void *>(start), end - start, MADV_HUGEPAGE);
        }
    }
#else
    (void) buffer;
#endif
}

BufferPtr buffer_for_slots(ggml_backend_buffer_type_t type, size_t bytes) {
    BufferPtr buffer(ggml_backend_buft_alloc_buffer(type, bytes));
    if (buffer) {
        ggml_backend_buffer_set_usage(buffer.get(), GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
        ask_for_huge_pages(buffer.get());
        ggml_backend_buffer_clear(buffer.get(), 0); // kernels may read past the last row, where no NaN must be
    }
    return buffer;
}

Layer::Layer(
    int number, ggml_tensor * const * weights, int count, int slots_, Policy policy, const Layer * below)
    : slots(int(experts_of(weights[0])), slots_, policy), number_(number), below_(below),
      weights_(weights, weights + count) {
    Floor * open = below ? nullptr : open_floor();
    for (const ggml_tensor * tensor : weights_) {
        places_.push_back(open ? open->place_of(tensor) : nullptr);
        floor_ = places_.back() ? open : floor_;
        expert_bytes_ += slice_of(tensor);
        is_quantized_ = is_quantized_ && (expert_dimension(tensor) != 2 || ggml_is_quantized(tensor->type));
    }
}

int Layer::place(ggml_backend_dev_t device, ggml_backend_buffer_type_t type, size_t bytes, Room & room, std::string & problem) {
    const int count = int(weights_.size());
    for (const ggml_tensor * tensor : weights_) {
        const ggml_backend_buffer_t at_home = tensor->view_src ? tensor->view_src->buffer : tensor->buffer;
        const bool is_there = tensor->data || is_home(); // nothing is, where only sizes are asked for
        if (!is_there || !at_home || !ggml_backend_buffer_is_host(at_home) || experts_of(tensor) != slots.experts()) {
            problem = std::string(tensor->name) + " does not lie in memory that the CPU reads";
            return COTERIE_CACHE_NOT_SUPPORTED;
        }
    }
    if (is_home()) {
        context_ = new_context(count);
        std::transform(weights_.begin(), weights_.end(), std::back_inserter(at_home_),
                       [this](ggml_tensor * tensor) { return in_rows(context_.get(), tensor); });
        return COTERIE_CACHE_OK;
    }
    if (floor_ && type != ggml_backend_cpu_buffer_type()) {
        problem = "experts can be read from the disk into memory of the host only";
        return COTERIE_CACHE_NOT_SUPPORTED;
    }
    const size_t needed = Layer::bytes(type, weights_.data(), count, slots.count());
    const bool shares = floor_ && bytes == 0 && room.buffer;
    bytes = shares ? ggml_backend_buffer_get_size(room.buffer.get()) : bytes;
    if (needed > bytes) {
        problem = "layer " + std::to_string(number_) + " takes " + std::to_string(needed) + " bytes, granted were " +
                  std::to_string(bytes);
        return COTERIE_CACHE_TOO_SMALL;
    }
    room_ = shares ? &room : nullptr;
    buffer_ = shares ? nullptr : buffer_for_slots(type, bytes);
    const ggml_backend_buffer_t buffer = shares ? room.buffer.get() : buffer_.get();
    if (!buffer) {
        problem = "no memory for " + std::to_string(bytes) + " bytes";
        return COTERIE_CACHE_NO_MEMORY;
    }
    context_ = new_context(3 * count);
    const size_t alignment = ggml_backend_buft_get_alignment(type);
    char * base = static_cast<char *>(ggml_backend_buffer_get_base(buffer));
    size_t offset = 0;
    for (size_t i = 0; i < weights_.size(); i++) {
        ggml_tensor * tensor = weights_[i];
        ggml_tensor * held = new_held(context_.get(), tensor, slots.count());
        ggml_format_name(held, "%s (cached)", tensor->name);
        offset = begin_behind(offset, base, alignment, places_[i]);
        if (ggml_backend_tensor_alloc(buffer, held, base + offset) != GGML_STATUS_SUCCESS) {
            problem = std::string(tensor->name) + " could not be placed";
            return COTERIE_CACHE_NO_MEMORY;
        }
        offset += ggml_backend_buft_get_alloc_size(type, held);
        held_.push_back(held);
        at_home_.push_back(in_rows(context_.get(), tensor));
    }
    if (!is_multiplied(device)) {
        problem = std::string(ggml_backend_dev_name(device)) + " does not multiply " + ggml_type_name(weights_[0]->type);
        return COTERIE_CACHE_NOT_SUPPORTED;
    }
    return COTERIE_CACHE_OK;
}

bool Layer::is_multiplied(ggml_backend_dev_t device) const {
    for (size_t i = 0; i < weights_.size(); i++) {
        if (expert_dimension(weights_[i]) != 2) {
            continue; // biases and scales, which the block's program is asked about
        }
        const ContextPtr context = new_context(3);
        ggml_tensor * rows = ggml_new_tensor_3d(context.get(), GGML_TYPE_F32, held_[i]->ne[0], 1, 1);
        ggml_tensor * ids = ggml_new_tensor_2d(context.get(), GGML_TYPE_I32, 1, 1);
        if (!ggml_backend_dev_supports_op(device, ggml_mul_mat_id(context.get(), held_[i], rows, ids))) {
            return false;
        }
    }
    return true;
}

const char * Layer::contents_of(int expert, size_t tensor) const {
    const ggml_tensor * from = below_ ? below_->held_[tensor] : weights_[tensor];
    const int number = below_ ? below_->slots.slot_of(expert) : expert;
    return static_cast<const char *>(from->data) + slice_of(weights_[tensor]) * size_t(number);
}

void Layer::bring(int expert, int slot, ggml_backend_t in_order_of) const {
    for (size_t i = 0; i < weights_.size(); i++) {
        const size_t slice = slice_of(weights_[i]);
        const char * from = contents_of(expert, i);
        if (in_order_of) {
            ggml_backend_tensor_set_async(in_order_of, held_[i], from, slice * size_t(slot), slice);
        } else {
            ggml_backend_tensor_set(held_[i], from, slice * size_t(slot), slice);
        }
    }
}

static size_t step_of(const ggml_tensor * held, const ggml_tensor * weights) {
    return held->nb[std::max(expert_dimension(weights), 1)];
}

void Layer::ask(int expert, const std::vector<ggml_tensor *> & into, int slot, Batch & batch) const {
    for (size_t i = 0; i < weights_.size(); i++) {
        const size_t slice = slice_of(weights_[i]), offset = slice * size_t(expert);
        char * to = static_cast<char *>(into[i]->data) + step_of(into[i], weights_[i]) * size_t(slot);
        if (const Floor::Place * place = places_[i]) {
            floor_->disk().ask(batch, place->file, place->offset + offset, slice, to);
        } else {
            std::memcpy(to, static_cast<const char *>(weights_[i]->data) + offset, slice);
        }
    }
}

void Layer::keep(int place, int slot) const {
    for (size_t i = 0; i < weights_.size(); i++) {
        char * to = static_cast<char *>(held_[i]->data) + slice_of(weights_[i]) * size_t(slot);
        const char * from = static_cast<const char *>(passing_[i]->data);
        std::memcpy(to, from + step_of(passing_[i], weights_[i]) * size_t(place), slice_of(weights_[i]));
    }
}

static char * first_sector(ggml_backend_buffer_t room) {
    const size_t base = reinterpret_cast<size_t>(ggml_backend_buffer_get_base(room));
    return reinterpret_cast<char *>(GGML_PAD(base, RawFile::SECTOR));
}

size_t passing_room(ggml_backend_buffer_t room) {
    const char * base = static_cast<char *>(ggml_backend_buffer_get_base(room));
    return ggml_backend_buffer_get_size(room) - size_t(first_sector(room) - base);
}

size_t Layer::passing_bytes() const {
    size_t bytes = 0;
    for (size_t i = 0; i < weights_.size(); i++) {
        bytes = begin_behind(bytes, nullptr, PASSING_ALIGNMENT, places_[i]) + slice_of(weights_[i]);
    }
    return GGML_PAD(bytes, RawFile::SECTOR);
}

void Layer::lay_passing(ggml_backend_buffer_t room, size_t stride, int count) {
    char * base = first_sector(room);
    size_t offset = 0;
    for (size_t i = 0; i < weights_.size(); i++) {
        ggml_tensor * tensor = new_held(context_.get(), weights_[i], count);
        const int dimension = std::max(expert_dimension(weights_[i]), 1);
        std::fill(tensor->nb + dimension, tensor->nb + GGML_MAX_DIMS, stride * size_t(count));
        tensor->nb[dimension] = stride;
        offset = begin_behind(offset, nullptr, PASSING_ALIGNMENT, places_[i]);
        ggml_backend_tensor_alloc(room, tensor, base + offset);
        passing_.push_back(tensor);
        offset += slice_of(weights_[i]);
    }
}

bool is_whole(const Shape & shape, const Layer & layer) {
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

} // namespace coterie
