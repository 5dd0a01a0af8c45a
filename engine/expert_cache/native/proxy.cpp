#include "proxy.h"

#include "cache.h"
#include "disk/floor.h"
#include "lane.h"

#include <cstring>
#include <map>
#include <mutex>
#include <new>

namespace coterie {

namespace {

const char * const MEMORY = "Experts";
const char * const MAPPED = "Experts_Mapped"; // memory accounts know a mapping by this ending

Proxy & proxy_behind(ggml_backend_dev_t device) {
    return *static_cast<Proxy *>(device->context);
}

ggml_backend_dev_t inner_of(ggml_backend_dev_t device) {
    return proxy_behind(device).inner();
}

Lane & lane_of(ggml_backend_t backend) {
    return *static_cast<Lane *>(backend->context);
}

// --- backend ---------------------------------------------------------------------------------------------

const char * backend_name(ggml_backend_t backend) {
    return ggml_backend_name(lane_of(backend).primary());
}

void backend_free(ggml_backend_t backend) {
    delete &lane_of(backend);
    delete backend;
}

void backend_set_async(ggml_backend_t backend, ggml_tensor * tensor, const void * data, size_t offset, size_t size) {
    ggml_backend_tensor_set_async(lane_of(backend).primary(), tensor, data, offset, size);
}

void backend_get_async(ggml_backend_t backend, const ggml_tensor * tensor, void * data, size_t offset, size_t size) {
    ggml_backend_tensor_get_async(lane_of(backend).primary(), tensor, data, offset, size);
}

void backend_synchronize(ggml_backend_t backend) {
    ggml_backend_synchronize(lane_of(backend).primary());
}

// C callers: no exception may leave.
ggml_status backend_compute(ggml_backend_t backend, ggml_cgraph * graph) {
    try {
        return lane_of(backend).compute(graph);
    } catch (const std::bad_alloc &) {
        return GGML_STATUS_ALLOC_FAILED;
    }
}

void backend_set_threads(ggml_backend_t backend, int threads) {
    lane_of(backend).set_threads(threads);
}

void backend_set_abort(ggml_backend_t backend, ggml_abort_callback callback, void * data) {
    lane_of(backend).set_abort(callback, data);
}

// --- device ----------------------------------------------------------------------------------------------

const char * device_name(ggml_backend_dev_t device) {
    return ggml_backend_dev_name(inner_of(device));
}

const char * device_description(ggml_backend_dev_t device) {
    return ggml_backend_dev_description(inner_of(device));
}

void device_memory(ggml_backend_dev_t device, size_t * free, size_t * total) {
    ggml_backend_dev_memory(inner_of(device), free, total);
}

enum ggml_backend_dev_type device_type(ggml_backend_dev_t) {
    return GGML_BACKEND_DEVICE_TYPE_GPU;
}

void device_properties(ggml_backend_dev_t device, ggml_backend_dev_props * properties) {
    ggml_backend_dev_get_props(inner_of(device), properties);
    properties->type = device_type(device);
    properties->caps.events = false;
}

ggml_guid_t guid() {
    static ggml_guid id = { 0x63, 0x6f, 0x74, 0x65, 0x72, 0x69, 0x65, 0x2d, 0x65, 0x78, 0x70, 0x65, 0x72, 0x74, 0x73, 0x32 };
    return &id;
}

ggml_backend_t device_init(ggml_backend_dev_t device, const char *) {
    try {
        std::unique_ptr<Lane> lane = Lane::make(inner_of(device));
        if (!lane) {
            return nullptr;
        }
        ggml_backend_i functions = {};
        functions.get_name = backend_name;
        functions.free = backend_free;
        functions.set_tensor_async = backend_set_async;
        functions.get_tensor_async = backend_get_async;
        functions.synchronize = backend_synchronize;
        functions.graph_compute = backend_compute;
        return new ggml_backend{ guid(), functions, device, lane.release() };
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

ggml_backend_buffer_type_t device_buffer_type(ggml_backend_dev_t device) {
    return ggml_backend_dev_buffer_type(inner_of(device));
}

ggml_backend_buffer_type_t device_host_buffer_type(ggml_backend_dev_t device) {
    return ggml_backend_dev_host_buffer_type(inner_of(device));
}

ggml_backend_buffer_t device_map(ggml_backend_dev_t device, void * at, size_t size, size_t largest) {
    return ggml_backend_dev_buffer_from_host_ptr(inner_of(device), at, size, largest);
}

bool device_supports_op(ggml_backend_dev_t device, const ggml_tensor * node) {
    return proxy_behind(device).computes(node);
}

bool device_supports_buffer(ggml_backend_dev_t device, ggml_backend_buffer_type_t type) {
    return proxy_behind(device).reads(type);
}

bool device_offloads(ggml_backend_dev_t device, const ggml_tensor * node) {
    return ggml_backend_dev_offload_op(inner_of(device), node);
}

ggml_backend_device_i device_functions() {
    ggml_backend_device_i functions = {};
    functions.get_name = device_name;
    functions.get_description = device_description;
    functions.get_memory = device_memory;
    functions.get_type = device_type;
    functions.get_props = device_properties;
    functions.init_backend = device_init;
    functions.get_buffer_type = device_buffer_type;
    functions.get_host_buffer_type = device_host_buffer_type;
    functions.buffer_from_host_ptr = device_map;
    functions.supports_op = device_supports_op;
    functions.supports_buft = device_supports_buffer;
    functions.offload_op = device_offloads;
    return functions;
}

// --- memory of experts -----------------------------------------------------------------------------------

Proxy & proxy_with(ggml_backend_buffer_type_t type) {
    return *static_cast<Proxy *>(type->context);
}

const char * memory_name(ggml_backend_buffer_type_t type) {
    return type == proxy_with(type).memory() ? MEMORY : MAPPED;
}

ggml_backend_buffer_t memory_allocate(ggml_backend_buffer_type_t type, size_t size) {
    return proxy_with(type).allocate(size);
}

size_t memory_alignment(ggml_backend_buffer_type_t) {
    return ggml_backend_buft_get_alignment(ggml_backend_cpu_buffer_type());
}

bool memory_is_host(ggml_backend_buffer_type_t) {
    return true;
}

ggml_backend_buffer_type_i memory_functions() {
    ggml_backend_buffer_type_i functions = {};
    functions.get_name = memory_name;
    functions.alloc_buffer = memory_allocate;
    functions.get_alignment = memory_alignment;
    functions.is_host = memory_is_host;
    return functions;
}

ggml_backend_buffer_type_t memory_device_type(ggml_backend_dev_t device) {
    return proxy_behind(device).memory();
}

ggml_backend_buffer_t memory_device_map(ggml_backend_dev_t device, void * at, size_t size, size_t) {
    return proxy_behind(device).map(at, size);
}

void memory_device_properties(ggml_backend_dev_t, ggml_backend_dev_props * properties) {
    ggml_backend_dev_get_props(ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU), properties);
}

enum ggml_backend_dev_type memory_device_kind(ggml_backend_dev_t) {
    return GGML_BACKEND_DEVICE_TYPE_CPU;
}

// What keeps the experts' memory: a device in name only, as llama.cpp maps files for devices.
ggml_backend_device_i memory_device_functions() {
    ggml_backend_device_i functions = {};
    functions.get_name = device_name;
    functions.get_description = device_description;
    functions.get_memory = device_memory;
    functions.get_type = memory_device_kind;
    functions.get_props = memory_device_properties;
    functions.get_buffer_type = memory_device_type;
    functions.buffer_from_host_ptr = memory_device_map;
    functions.supports_op = [](ggml_backend_dev_t, const ggml_tensor *) { return false; };
    functions.supports_buft = [](ggml_backend_dev_t, ggml_backend_buffer_type_t) { return false; };
    return functions;
}

// --- registry --------------------------------------------------------------------------------------------

const char * registry_name(ggml_backend_reg_t) {
    return "EXPERTS";
}

size_t registry_count(ggml_backend_reg_t) {
    return 1;
}

ggml_backend_dev_t registry_device(ggml_backend_reg_t registry, size_t) {
    return static_cast<Proxy *>(registry->context)->device();
}

void * registry_function(ggml_backend_reg_t, const char * name) {
    if (std::strcmp(name, "ggml_backend_set_n_threads") == 0) {
        return reinterpret_cast<void *>(backend_set_threads);
    }
    return std::strcmp(name, "ggml_backend_set_abort_callback") == 0 ? reinterpret_cast<void *>(backend_set_abort) : nullptr;
}

} // namespace

Proxy::Proxy(ggml_backend_dev_t inner)
    : inner_(inner),
      registry_{ GGML_BACKEND_API_VERSION, { registry_name, registry_count, registry_device, registry_function }, this },
      device_{ device_functions(), &registry_, this }, memory_device_{ memory_device_functions(), &registry_, this },
      memory_{ memory_functions(), &memory_device_, this }, mapped_{ memory_functions(), &memory_device_, this } {}

// Small batches of cached layers; all else that the inner device computes, from memory that it reads.
bool Proxy::computes(const ggml_tensor * node) const {
    const Cache * cache = active_cache();
    for (const ggml_tensor * source : node->src) {
        if (source && holds(source)) {
            return cache && (cache->takes(node) || cache->streams(node, inner_));
        }
    }
    return ggml_backend_dev_supports_op(inner_, node);
}

bool Proxy::holds(const ggml_tensor * weights) const {
    const ggml_backend_buffer_t buffer = weights->view_src ? weights->view_src->buffer : weights->buffer;
    const ggml_backend_buffer_type_t type = buffer ? ggml_backend_buffer_get_type(buffer) : nullptr;
    return type && (type == &memory_ || type == &mapped_ || type == floor_memory());
}

bool Proxy::reads(ggml_backend_buffer_type_t type) const {
    return type == &memory_ || type == &mapped_ || type == floor_memory() || ggml_backend_dev_supports_buft(inner_, type);
}

ggml_backend_buffer_t Proxy::allocate(size_t bytes) {
    const ggml_backend_buffer_type_t pinned = ggml_backend_dev_host_buffer_type(inner_);
    ggml_backend_buffer_t buffer = pinned ? ggml_backend_buft_alloc_buffer(pinned, bytes) : nullptr;
    buffer = buffer ? buffer : ggml_backend_buft_alloc_buffer(ggml_backend_cpu_buffer_type(), bytes);
    if (buffer) {
        buffer->buft = &memory_;
    }
    return buffer;
}

ggml_backend_buffer_t Proxy::map(void * at, size_t bytes) {
    ggml_backend_buffer_t buffer = ggml_backend_cpu_buffer_from_ptr(at, bytes);
    if (buffer) {
        buffer->buft = &mapped_;
    }
    return buffer;
}

Proxy * proxy_of(const char * name) {
    static std::mutex mutex;
    static std::map<ggml_backend_dev_t, std::unique_ptr<Proxy>> proxies;
    const ggml_backend_dev_t device = ggml_backend_dev_by_name(name);
    const std::lock_guard<std::mutex> lock(mutex);
    if (!device) {
        return nullptr;
    }
    std::unique_ptr<Proxy> & proxy = proxies[device];
    if (!proxy) {
        proxy = std::make_unique<Proxy>(device);
    }
    return proxy.get();
}

} // namespace coterie
