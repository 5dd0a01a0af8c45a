// Buffers, contexts, backends and events of ggml that free themselves.
#pragma once

#include "ggml-backend.h"
#include "ggml.h"

#include <memory>

namespace coterie {

struct Freed {
    void operator()(ggml_backend_buffer * buffer) const { ggml_backend_buffer_free(buffer); }
    void operator()(ggml_context * context) const { ggml_free(context); }
    void operator()(ggml_backend * backend) const { ggml_backend_free(backend); }
    void operator()(ggml_backend_event * event) const { ggml_backend_event_free(event); }
};
using BufferPtr = std::unique_ptr<ggml_backend_buffer, Freed>;
using ContextPtr = std::unique_ptr<ggml_context, Freed>;
using BackendPtr = std::unique_ptr<ggml_backend, Freed>;
using EventPtr = std::unique_ptr<ggml_backend_event, Freed>;

} // namespace coterie
