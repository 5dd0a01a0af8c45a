// The library as its host sees it: the functions of `expert_cache.h`, over one cache.
#include "cache.h"
#include "lane.h"
#include "proxy.h"

#include <cstring>
#include <exception>

#ifndef COTERIE_CACHE_BUILD
#    define COTERIE_CACHE_BUILD "unnamed"
#endif

namespace {

using coterie::Cache;
using coterie::Layer;

std::unique_ptr<Cache> the_cache;
std::string the_problem;

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

Cache * coterie::active_cache() {
    return the_cache && the_cache->is_active() ? the_cache.get() : nullptr;
}

extern "C" {

const char * coterie_cache_build(void) {
    return COTERIE_CACHE_BUILD;
}

const char * coterie_cache_problem(void) {
    return the_problem.c_str();
}

ggml_backend_device * coterie_proxy_device(const char * device) {
    coterie::Proxy * proxy = coterie::proxy_of(device);
    return proxy ? proxy->device() : nullptr;
}

ggml_backend_buffer_type * coterie_proxy_memory(const char * device) {
    coterie::Proxy * proxy = coterie::proxy_of(device);
    return proxy ? proxy->memory() : nullptr;
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
