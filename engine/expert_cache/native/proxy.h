// The proxy: a device of ggml that wraps another. llama.cpp sees one card that can do everything; what is computed
// where is decided inside (`lane.h`).
#pragma once

#include "ggml-backend-impl.h"

namespace coterie {

class Proxy {
  public:
    explicit Proxy(ggml_backend_dev_t inner);
    Proxy(const Proxy &) = delete;
    Proxy & operator=(const Proxy &) = delete;

    ggml_backend_dev_t device() { return &device_; }
    ggml_backend_dev_t inner() const { return inner_; }
    // Memory of the host for experts: pinned where the inner device has such, or a mapped file's.
    ggml_backend_buffer_type_t memory() { return &memory_; }

    bool computes(const ggml_tensor * node) const;
    bool reads(ggml_backend_buffer_type_t type) const;
    ggml_backend_buffer_t allocate(size_t bytes);
    ggml_backend_buffer_t map(void * at, size_t bytes);

  private:
    bool holds(const ggml_tensor * weights) const;

    ggml_backend_dev_t inner_;
    ggml_backend_reg registry_;
    ggml_backend_device device_;
    ggml_backend_device memory_device_; // whose own type of memory `memory_` is, so that files are mapped into it
    ggml_backend_buffer_type memory_, mapped_;
};

// One for each device; nullptr for a name that no device has.
Proxy * proxy_of(const char * device);

} // namespace coterie
