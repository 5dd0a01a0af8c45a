#include "pages.h"

#include "ggml-backend.h"

#ifdef __linux__
#    include <sys/mman.h>

#    include <array>
#    include <cstdint>
#    include <mutex>
#endif

namespace coterie::attention {

#ifdef __linux__

namespace {

// linux/mman.h, from Linux 6.1 on; others refuse it.
constexpr int COLLAPSE = 25;

// Memory of a context, up to `moved` in huge pages; there may be one for guesses beside.
struct Memory {
    uintptr_t base, moved, end;
};

std::mutex mutex;
size_t page = 0;
std::array<Memory, 4> memories;
size_t known = 0;

Memory * memory_at(uintptr_t base, size_t size) {
    for (size_t i = 0; i < known; i++) {
        if (memories[i].base == base && memories[i].end == base + size) {
            return &memories[i];
        }
    }
    if (known == memories.size()) {
        return nullptr;
    }
    memories[known] = { base, (base + page - 1) / page * page, base + size };
    return &memories[known++];
}

} // namespace

void use_pages(size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex);
    page = bytes;
    known = 0;
}

void move_page(const ggml_tensor * cells) {
    const std::lock_guard<std::mutex> lock(mutex);
    ggml_backend_buffer * buffer = cells->view_src ? cells->view_src->buffer : cells->buffer;
    if (!page || !buffer) {
        return;
    }
    const auto base = reinterpret_cast<uintptr_t>(ggml_backend_buffer_get_base(buffer));
    Memory * memory = memory_at(base, ggml_backend_buffer_get_size(buffer));
    if (memory && memory->moved + page <= memory->end) {
        // Where none is free the next one may be.
        madvise(reinterpret_cast<void *>(memory->moved), page, COLLAPSE);
        memory->moved += page;
    }
}

#else

void use_pages(size_t) {}

void move_page(const ggml_tensor *) {}

#endif

} // namespace coterie::attention
