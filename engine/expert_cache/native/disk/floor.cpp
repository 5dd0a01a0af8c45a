#include "floor.h"

#include <cstring>

namespace coterie {

std::unique_ptr<Floor> Floor::open(const char * const * paths, int count, std::string & problem) {
    auto floor = std::make_unique<Floor>();
    std::vector<std::unique_ptr<RawFile>> files;
    for (int i = 0; i < count; i++) {
        std::unique_ptr<RawFile> file = RawFile::open(paths[i]);
        char * mapped = file ? file->mapped() : nullptr;
        if (!mapped) {
            problem = paths[i];
            return nullptr;
        }
        floor->mapped_.push_back(mapped);
        files.push_back(std::move(file));
    }
    floor->disk_ = std::make_unique<Disk>(std::move(files));
    return floor;
}

bool Floor::add(const std::string & name, Place place, uint64_t bytes) {
    const uint64_t size = disk_->file(place.file).size();
    if (place.offset > size || bytes > size - place.offset) {
        return false;
    }
    known_[name] = { place, bytes };
    return true;
}

bool Floor::take(ggml_tensor * tensor) {
    const auto found = known_.find(tensor->name);
    if (found == known_.end() || found->second.bytes != ggml_nbytes(tensor) || tensor->ne[3] != 1) {
        return false;
    }
    const Place place = found->second.place;
    tensor->data = mapped_[size_t(place.file)] + place.offset;
    tensor->ne[3] = 0; // no bytes to be read
    taken_[tensor] = place;
    unsettled_.push_back(tensor);
    return true;
}

void Floor::settle() {
    for (ggml_tensor * tensor : unsettled_) {
        tensor->ne[3] = 1;
    }
    unsettled_.clear();
}

const Floor::Place * Floor::place_of(const ggml_tensor * tensor) const {
    const auto found = taken_.find(tensor);
    return found == taken_.end() ? nullptr : &found->second;
}

namespace {

const size_t ALIGNMENT = 64;

void free_nothing(ggml_backend_buffer_t) {}

// Where the buffer would begin: nobody looks there.
void * base(ggml_backend_buffer_t buffer) {
    return buffer->context;
}

ggml_status take(ggml_backend_buffer_t, ggml_tensor * tensor) {
    Floor * floor = open_floor();
    return floor && floor->take(tensor) ? GGML_STATUS_SUCCESS : GGML_STATUS_FAILED;
}

void write_nothing(ggml_backend_buffer_t, ggml_tensor *, const void *, size_t, size_t) {}

void read(ggml_backend_buffer_t, const ggml_tensor * tensor, void * to, size_t offset, size_t size) {
    std::memcpy(to, static_cast<const char *>(tensor->data) + offset, size);
}

void clear_nothing(ggml_backend_buffer_t, uint8_t) {}

ggml_backend_buffer_t allocate(ggml_backend_buffer_type_t type, size_t size) {
    static char somewhere[2 * ALIGNMENT];
    ggml_backend_buffer_i functions = {};
    functions.free_buffer = free_nothing;
    functions.get_base = base;
    functions.init_tensor = take;
    functions.set_tensor = write_nothing;
    functions.get_tensor = read;
    functions.clear = clear_nothing;
    void * const begin = reinterpret_cast<void *>(GGML_PAD(reinterpret_cast<size_t>(somewhere), ALIGNMENT));
    return ggml_backend_buffer_init(type, functions, begin, size);
}

ggml_backend_buffer_type_i type_functions() {
    ggml_backend_buffer_type_i functions = {};
    functions.get_name = [](ggml_backend_buffer_type_t) { return "Experts_Disk"; };
    functions.alloc_buffer = allocate;
    functions.get_alignment = [](ggml_backend_buffer_type_t) { return ALIGNMENT; };
    functions.get_alloc_size = [](ggml_backend_buffer_type_t, const ggml_tensor *) { return ALIGNMENT; }; // of no memory
    functions.is_host = [](ggml_backend_buffer_type_t) { return true; };
    return functions;
}

} // namespace

ggml_backend_buffer_type_t floor_memory() {
    static ggml_backend_buffer_type type = {
        type_functions(), ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU), nullptr
    };
    return &type;
}

} // namespace coterie
