// The library as ggml and the host see it: a registry with one ACCEL device, and the functions of `expert_cache.h`.
//
// llama.cpp adds a backend of every ACCEL device to each of its contexts, before the CPU's. Its scheduler then gives
// an operation to this one when the weights lie in memory of the CPU and `supports_op` agrees.
#include "cache.h"

#include "ggml-backend-impl.h"
#include "ggml-impl.h"

#include <cstring>
#include <exception>
#include <new>

#ifndef COTERIE_CACHE_BUILD
#    define COTERIE_CACHE_BUILD "unnamed"
#endif

namespace {

using coterie::Cache;
using coterie::Layer;

const char * const NAME = "EXPERTS";

std::unique_ptr<Cache> the_cache;
std::string the_problem;

Cache * active_cache() {
    return the_cache && the_cache->is_active() ? the_cache.get() : nullptr;
}

// --- backend ---------------------------------------------------------------------------------------------

struct Backend {
    coterie::BackendPtr cpu; // computes what the cache leaves, with the context's threads
};

ggml_backend_t cpu_of(ggml_backend_t backend) {
    return static_cast<Backend *>(backend->context)->cpu.get();
}

const char * backend_name(ggml_backend_t) {
    return NAME;
}

void backend_free(ggml_backend_t backend) {
    delete static_cast<Backend *>(backend->context);
    delete backend;
}

ggml_status compute_plain(ggml_backend_t backend, const ggml_cgraph * graph, int first, int end) {
    ggml_cgraph part = *graph;
    part.nodes += first;
    part.n_nodes = end - first;
    part.n_leafs = 0;
    part.uid = 0;
    return ggml_backend_graph_compute(cpu_of(backend), &part);
}

ggml_status compute_graph(ggml_backend_t backend, ggml_cgraph * graph) {
    Cache * cache = active_cache();
    for (int first = 0; first < graph->n_nodes;) {
        int end = first + 1;
        Layer * layer = cache ? cache->layer_of(graph->nodes[first]) : nullptr;
        if (!layer || !cache->compute(graph, first, end, *layer, cpu_of(backend))) {
            const ggml_status status = compute_plain(backend, graph, first, end);
            if (status != GGML_STATUS_SUCCESS) {
                return status;
            }
        }
        first = end;
    }
    return GGML_STATUS_SUCCESS;
}

// C callers: no exception may leave.
ggml_status backend_compute(ggml_backend_t backend, ggml_cgraph * graph) {
    try {
        return compute_graph(backend, graph);
    } catch (const std::bad_alloc &) {
        return GGML_STATUS_ALLOC_FAILED;
    }
}

void backend_set_threads(ggml_backend_t backend, int threads) {
    const ggml_backend_reg_t registry = ggml_backend_dev_backend_reg(ggml_backend_get_device(cpu_of(backend)));
    const auto set = reinterpret_cast<ggml_backend_set_n_threads_t>(
        ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads"));
    if (set) {
        set(cpu_of(backend), threads);
    }
    if (the_cache) {
        the_cache->set_threads(threads);
    }
}

// --- device ----------------------------------------------------------------------------------------------

const char * device_name(ggml_backend_dev_t) {
    return NAME;
}

const char * device_description(ggml_backend_dev_t) {
    return "single experts kept on a device";
}

void device_memory(ggml_backend_dev_t, size_t * free, size_t * total) {
    *free = *total = 0;
}

enum ggml_backend_dev_type device_type(ggml_backend_dev_t) {
    return GGML_BACKEND_DEVICE_TYPE_ACCEL;
}

void device_properties(ggml_backend_dev_t device, ggml_backend_dev_props * properties) {
    std::memset(properties, 0, sizeof(*properties));
    properties->name = device_name(device);
    properties->description = device_description(device);
    properties->type = device_type(device);
}

ggml_guid_t guid() {
    static ggml_guid id = { 0x63, 0x6f, 0x74, 0x65, 0x72, 0x69, 0x65, 0x2d, 0x65, 0x78, 0x70, 0x65, 0x72, 0x74, 0x73, 0x31 };
    return &id;
}

ggml_backend_t device_init(ggml_backend_dev_t device, const char *) {
    auto context = std::make_unique<Backend>();
    context->cpu.reset(ggml_backend_init_by_type(GGML_BACKEND_DEVICE_TYPE_CPU, nullptr));
    if (!context->cpu) {
        return nullptr;
    }
    ggml_backend_i functions = {};
    functions.get_name = backend_name;
    functions.free = backend_free;
    functions.graph_compute = backend_compute;
    return new ggml_backend{ guid(), functions, device, context.release() };
}

ggml_backend_buffer_type_t device_buffer_type(ggml_backend_dev_t) {
    return active_cache() ? the_cache->host_buffer_type() : ggml_backend_cpu_buffer_type();
}

bool device_supports_op(ggml_backend_dev_t, const ggml_tensor * node) {
    const Cache * cache = active_cache();
    return cache && cache->takes(node);
}

bool device_supports_buffer(ggml_backend_dev_t, ggml_backend_buffer_type_t type) {
    return ggml_backend_buft_is_host(type);
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
    functions.supports_op = device_supports_op;
    functions.supports_buft = device_supports_buffer;
    return functions;
}

// --- registry --------------------------------------------------------------------------------------------

const char * registry_name(ggml_backend_reg_t) {
    return NAME;
}

size_t registry_count(ggml_backend_reg_t) {
    return 1;
}

ggml_backend_dev_t registry_device(ggml_backend_reg_t registry, size_t) {
    static ggml_backend_device device = { device_functions(), registry, nullptr };
    return &device;
}

void * registry_function(ggml_backend_reg_t, const char * name) {
    return std::strcmp(name, "ggml_backend_set_n_threads") == 0 ? reinterpret_cast<void *>(backend_set_threads) : nullptr;
}

int failed(int result, std::string problem) {
    the_problem = std::move(problem);
    return result;
}

// No exception may leave through C: allocating memory or starting a thread may throw.
template <typename Work> int guarded(Work work) {
    try {
        return work();
    } catch (const std::exception & problem) {
        return failed(COTERIE_CACHE_NO_MEMORY, problem.what());
    }
}

} // namespace

extern "C" {

COTERIE_API ggml_backend_reg_t ggml_backend_init(void) {
    static ggml_backend_reg registry = {
        GGML_BACKEND_API_VERSION, { registry_name, registry_count, registry_device, registry_function }, nullptr
    };
    return &registry;
}

const char * coterie_cache_build(void) {
    return COTERIE_CACHE_BUILD;
}

const char * coterie_cache_problem(void) {
    return the_problem.c_str();
}

int coterie_cache_open(const char * device, const coterie_cache_settings * settings) {
    if (the_cache) {
        return failed(COTERIE_CACHE_WRONG_ORDER, "opened twice");
    }
    return guarded([=] {
        auto cache = std::make_unique<Cache>(*settings);
        const int result = cache->open(device, the_problem);
        if (result == COTERIE_CACHE_OK) {
            the_cache = std::move(cache);
        }
        return result;
    });
}

size_t coterie_cache_layer_bytes(ggml_tensor * const * tensors, int count, int slots) {
    return the_cache ? Layer::bytes(the_cache->buffer_type(), tensors, count, slots) : 0;
}

int coterie_cache_add_layer(int layer, ggml_tensor * const * tensors, int count, int slots, size_t bytes) {
    if (!the_cache || the_cache->is_active() || count < 1 || the_cache->layer(layer)) {
        return failed(COTERIE_CACHE_WRONG_ORDER, "a layer that cannot be added now");
    }
    return guarded([=] { return the_cache->add_layer(layer, tensors, count, slots, bytes, the_problem); });
}

int coterie_cache_activate(void) {
    if (!the_cache) {
        return failed(COTERIE_CACHE_WRONG_ORDER, "not opened");
    }
    the_cache->activate();
    return COTERIE_CACHE_OK;
}

void coterie_cache_close(void) {
    the_cache.reset();
}

void coterie_cache_read(coterie_cache_counters * counters) {
    std::memset(counters, 0, sizeof(*counters));
    if (the_cache) {
        the_cache->read(*counters);
    }
}

int coterie_cache_residents(int number, int32_t * experts, int room) {
    Layer * layer = the_cache ? the_cache->layer(number) : nullptr;
    return layer ? the_cache->residents(*layer, experts, room) : 0;
}

int coterie_cache_warm(int number, const int32_t * experts, int count) {
    Layer * layer = the_cache ? the_cache->layer(number) : nullptr;
    return layer ? the_cache->warm(*layer, experts, count) : 0;
}

} // extern "C"
