// What a host calls of the expert cache: plain C, one cache per process.
//
// Order: `coterie_cache_build` to compare builds, a model loaded with `coterie_proxy_device` in the place of the
// device that it wraps, then before its context is made: `open`, `add_layer` for each layer, `activate`; with a card
// above layers from the disk `open_above` after `open`, and `add_above` after the layer. `close` after the context is
// gone. The cache takes no part in any graph before `activate` and after `close`; the proxy then
// computes all by the device as it is.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#    define COTERIE_API __declspec(dllexport)
#else
#    define COTERIE_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct ggml_tensor;
struct ggml_backend_device;
struct ggml_backend_buffer_type;

enum coterie_cache_result {
    COTERIE_CACHE_OK = 0,
    COTERIE_CACHE_NO_DEVICE = 1,     // no device of that name
    COTERIE_CACHE_TOO_SMALL = 2,     // the bytes granted do not hold what is asked for
    COTERIE_CACHE_NO_MEMORY = 3,     // the device did not give the memory
    COTERIE_CACHE_NOT_SUPPORTED = 4, // the device cannot multiply these weights: the layer stays where it is
    COTERIE_CACHE_WRONG_ORDER = 5,   // not opened, opened twice, or changed while active
};

// Why a block could not be computed.
enum coterie_floor_failure {
    COTERIE_FLOOR_OK = 0,
    COTERIE_FLOOR_READ = 1,    // a file could not be read, or ends too early
    COTERIE_FLOOR_CHANGED = 2, // a file was written since it was opened
};

struct coterie_cache_settings {
    size_t  workspace;     // bytes on the device for activations
    size_t  shared;        // bytes of a room for layers without slots of their own, whose experts come from the disk
    double  half_life;     // steps after which a use counts half; 0: the last use alone counts, < 0: never less
    int32_t max_tokens;    // the largest batch that the cache takes
    int32_t largest_batch; // of layers whose experts come from the disk; computed as many rows at a time
    int32_t experts_used;  // of each token, at most
    int32_t bring_first;   // 0: the CPU computes a miss, which is brought after; 1: a miss is brought, then computed
    int32_t admission;     // 1: a miss is brought only if it is used more than the expert whose slot it would take
    int32_t upload_beside; // 1: misses are brought beside the steps, where the device can
    int32_t stream_from;   // batches from so many tokens on are computed by a card that experts pass through; 0: none
    int32_t fixed;         // 1: nothing is ever evicted (a static list)
};

struct coterie_cache_counters {
    uint64_t blocks;        // expert blocks of a layer that were computed with the cache
    uint64_t plain_blocks;  // and those that the CPU computed whole, because the device cannot
    uint64_t tokens;        // tokens of all blocks of the first layer that is computed with it
    uint64_t uses;          // rows: one for each token and expert chosen, of all blocks
    uint64_t hits;          // uses of experts that were resident when their block began, above or below; misses are the rest
    uint64_t brought;       // experts brought to the device (a warm start included)
    uint64_t brought_bytes;
    uint64_t evicted;       // experts that lost their slot
    uint64_t refused;       // misses not brought: not admitted, no slot free of the batch, or too much waiting
    uint64_t moved_bytes;   // activations and results over the link, both ways
    uint64_t allocated;     // bytes held on the device now
    uint64_t disk_bytes;    // read from the files, whole blocks
    uint64_t disk_busy_ns;  // while at least one read was under way
    uint64_t disk_wait_ns;  // while a step waited for reads
    uint64_t above_hits;    // those hits that were the card's above, with slots in RAM below
    uint64_t above_brought; // experts brought there
    uint64_t above_evicted;
    uint64_t above_allocated; // bytes held there now
};

// Names the build: library version, layout and whatever the builder passed.
COTERIE_API const char * coterie_cache_build(void);
// The last problem in English, for a log.
COTERIE_API const char * coterie_cache_problem(void);

// The proxy of a device: a device of ggml for all that the inner one computes, and for experts in memory of the host.
// The same one for the same name; nullptr for a device that there is not. It is never registered.
COTERIE_API struct ggml_backend_device * coterie_proxy_device(const char * device);
// Memory of the host for the experts of such a device; the CPU reads it too.
COTERIE_API struct ggml_backend_buffer_type * coterie_proxy_memory(const char * device);

// A tensor of experts that stays in the file.
struct coterie_floor_tensor {
    const char * name;
    int32_t file; // its number among the paths
    uint64_t offset, bytes;
};

// Before a model is loaded, of which these tensors are to lie in `coterie_floor_memory`: nothing of them is read then.
// `settle` when it is loaded, `close` after it and the cache are gone. `open` gives one of `coterie_cache_result`.
COTERIE_API int coterie_floor_open(
    const char * const * paths, int files, const struct coterie_floor_tensor * tensors, int count);
COTERIE_API struct ggml_backend_buffer_type * coterie_floor_memory(void);
COTERIE_API void coterie_floor_settle(void);
COTERIE_API void coterie_floor_close(void);
// Why a step failed last (`coterie_floor_failure`), told once, and the path of the file.
COTERIE_API int coterie_floor_failed(const char ** path);

COTERIE_API int coterie_cache_open(const char * device, const struct coterie_cache_settings * settings);
// Bytes that `slots` slots of these tensors take on the device with its alignment.
COTERIE_API size_t coterie_cache_layer_bytes(struct ggml_tensor * const * tensors, int count, int slots);
// `tensors`: all of a layer's per-expert weights and biases, in memory the CPU reads. Takes exactly `bytes`; with 0 its
// slots lie in the room that such layers share, and are empty whenever another one was computed. With 0 slots the CPU
// computes all of it, inside of the proxy.
COTERIE_API int coterie_cache_add_layer(int layer, struct ggml_tensor * const * tensors, int count, int slots, size_t bytes);

// A card with slots above those in RAM of layers whose experts come from the disk; `workspace` are bytes on it for ids.
COTERIE_API int coterie_cache_open_above(const char * device, size_t workspace);
// Bytes that `slots` slots of such a layer's tensors take on the card.
COTERIE_API size_t coterie_cache_above_bytes(struct ggml_tensor * const * tensors, int count, int slots);
// Slots on the card for a layer that was added and has slots of its own. Takes exactly `bytes`.
COTERIE_API int coterie_cache_add_above(int layer, int slots, size_t bytes);
COTERIE_API int coterie_cache_activate(void);
COTERIE_API void coterie_cache_close(void);

// From any thread while active.
COTERIE_API void coterie_cache_read(struct coterie_cache_counters * counters);
// The experts of the layer's slots, -1 for an empty one; a card's above first, then those in RAM that it lacks. Gives the
// number of slots, 0 for a layer without.
COTERIE_API int coterie_cache_residents(int layer, int32_t * experts, int room);

// Between steps.
COTERIE_API int coterie_cache_warm(int layer, const int32_t * experts, int count);

#ifdef __cplusplus
}
#endif
