// The library as its host sees it: the functions of `expert_cache.h`, over one cache.
#include "cache.h"
#include "disk/floor.h"
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

std::unique_ptr<coterie::Floor> the_floor;
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

coterie::Floor * coterie::open_floor() {
    return the_floor.get();
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

int coterie_floor_open(const char * const * paths, int files, const coterie_floor_tensor * tensors, int count) {
    if (the_floor) {
        return failed(COTERIE_CACHE_WRONG_ORDER, "a floor is open");
    }
    return guarded([=] {
        auto floor = coterie::Floor::open(paths, files, the_problem);
        if (!floor) {
            return int(COTERIE_CACHE_NOT_SUPPORTED);
        }
        for (int i = 0; i < count; i++) {
            if (!floor->add(tensors[i].name, { tensors[i].file, tensors[i].offset }, tensors[i].bytes)) {
                return failed(COTERIE_CACHE_NOT_SUPPORTED, paths[tensors[i].file]);
            }
        }
        the_floor = std::move(floor);
        return int(COTERIE_CACHE_OK);
    });
}

ggml_backend_buffer_type * coterie_floor_memory(void) {
    return coterie::floor_memory();
}

void coterie_floor_settle(void) {
    if (the_floor) {
        the_floor->settle();
    }
}

void coterie_floor_close(void) {
    the_floor.reset();
}

int coterie_floor_failed(const char ** path) {
    static std::string failed;
    const int reason = the_cache ? the_cache->failure(failed) : COTERIE_FLOOR_OK;
    *path = failed.c_str();
    return reason;
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

int coterie_cache_open_above(const char * device, size_t workspace) {
    if (!the_cache || the_cache->is_active()) {
        return failed(COTERIE_CACHE_WRONG_ORDER, "a card that cannot be added now");
    }
    return guarded([=] { return the_cache->open_above(device, workspace, the_problem); });
}

size_t coterie_cache_above_bytes(ggml_tensor * const * tensors, int count, int slots) {
    ggml_backend_dev_t above = the_cache ? the_cache->above() : nullptr;
    return above ? Layer::bytes(ggml_backend_dev_buffer_type(above), tensors, count, slots) : 0;
}

int coterie_cache_add_above(int number, int slots, size_t bytes) {
    Layer * layer = the_cache && !the_cache->is_active() ? the_cache->layer(number) : nullptr;
    if (!layer) {
        return failed(COTERIE_CACHE_WRONG_ORDER, "a layer that cannot have slots above now");
    }
    return guarded([=] { return the_cache->add_above(*layer, slots, bytes, the_problem); });
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
