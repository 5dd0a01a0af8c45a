// The cache: layers with slots on one inner device, and the computation of expert blocks with them.
#pragma once

#include "block.h"
#include "expert_cache.h"
#include "ring.h"
#include "stream.h"
#include "uploads.h"

#include <atomic>
#include <mutex>
#include <string>
#include <unordered_map>

namespace coterie {

class Lane;

class Cache {
  public:
    explicit Cache(const coterie_cache_settings & settings) : settings_(settings) {}
    ~Cache();

    // Each gives one of `coterie_cache_result`.
    int open(const char * device, std::string & problem);
    int add_layer(int number, ggml_tensor * const * weights, int count, int slots, size_t bytes, std::string & problem);
    // A card with slots above those in RAM, for layers whose experts come from the disk.
    int open_above(const char * device, size_t workspace, std::string & problem);
    int add_above(Layer & layer, int slots, size_t bytes, std::string & problem);
    ggml_backend_dev_t above() const { return above_.device; }
    // All layers were added.
    void activate();

    bool is_active() const { return is_active_; }
    ggml_backend_dev_t device() const { return device_; }
    ggml_backend_buffer_type_t buffer_type() const { return ggml_backend_dev_buffer_type(device_); }

    // The layer that an operation belongs to, if it is part of an expert block that the cache computes.
    Layer * layer_of(const ggml_tensor * node) const;
    bool takes(const ggml_tensor * node) const;
    // The same of a batch so large that its experts pass through the device.
    bool streams(const ggml_tensor * node, ggml_backend_dev_t device) const;

    enum Result { DONE, READY, LEFT, FAILED };
    // Computes a block on a lane. With READY the caller computes the block's `in_place`, with LEFT the graph's own
    // nodes, of which nothing was changed.
    Result compute(Block & block, const Lane & lane);
    // Sets `in_place` or `streamed`, where it can be computed so.
    void place(Block & block, const Lane & lane);
    // A lane is about to go.
    void forget(const Lane & lane);
    // Of the inner device, where that is the CPU itself.
    void set_threads(int threads);

    Layer * layer(int number);
    int residents(Layer & layer, int32_t * experts, int room);
    int warm(Layer & layer, const int32_t * experts, int count);
    void read(coterie_cache_counters & counters);
    // Why a block could not be computed last, and of which file; told once.
    int failure(std::string & path);

  private:
    struct Row {
        int row;      // token * choices + choice
        int32_t slot; // or the expert, on the CPU
    };
    int without_workspace(std::string & problem) const;
    bool has_both_sides();
    Policy policy(bool is_on_floor) const;
    bool fits(const Shape & shape, const Layer & layer) const;
    // Tokens of the largest batch that is computed with slots.
    int64_t most_tokens(const Layer & layer) const;
    bool is_first(const Layer & layer) const;
    bool prepare(Block & block);
    void enter(const Lane & lane);
    void bring_down(const Block & block, const Lane & lane);
    bool read_rows(const Layer & layer, const Shape & shape);
    void count(const Layer & layer, const Shape & shape);
    void sort_rows(Layer & layer, ggml_backend_t in_order_of, bool shares_slots);
    bool is_taken(int slot) const;
    void bring_missing(Layer & layer, bool before, ggml_backend_t in_order_of);

    Result compute_at_home(Block & block, const Lane & lane);
    // With rows gathered for each side.
    Result compute_rows(Block & block, const Lane & lane);
    bool submit(Layer & layer, const Shape & shape);
    bool compute_on_host(Program & program, const std::vector<Row> & rows, const Shape & shape, ggml_backend_t backend) const;
    const char * fetch(const Layer & layer, const Shape & shape);
    void gather(
        const ggml_tensor * source, const std::vector<Row> & rows, int64_t choices, bool shared, char * to) const;
    void scatter(const Shape & shape, const std::vector<Row> & rows, const char * from) const;

    // Experts on their way into slots.
    struct Coming {
        std::vector<int32_t> experts;
        Batch batch;
    };
    Result compute_from_disk(Block & block, const Lane & lane);
    bool compute_at_once(Block & block, Coming & coming, bool is_begun);
    void take_room(Layer * owner);
    int count_different(const Layer & layer, const Layer * above);
    void sort_missing(const Layer & layer, const Layer * above);
    void count_brought(const Layer & layer);
    void bring_all(Layer & layer, Coming & coming);
    bool await(Layer & layer, Coming & coming);
    // Those that pass through the room.
    bool compute_passing(Block & block);
    bool compute_passed(Block & block, size_t & next);
    void read_ahead(Layer & layer, size_t & next);
    void choose_next(const Layer & layer);
    Result fail(const Layer & layer, int reason, int file);
    // With slots on a card above (`above.cpp`).
    const Layer * above_of(const Block & block, const Lane & lane) const;
    void begin_above(Layer & layer, const Layer * above);
    bool submit_above(Block & block, const Layer * above, const Lane & lane);
    void bring_above(Layer & layer, const Lane & lane);
    int warm_above(Layer & layer, const int32_t * experts, int count);
    int ask_warm(Layer & layer, const int32_t * experts, int first, int end, Coming & coming);
    void choose_rows(const Layer & layer, const std::vector<int32_t> & experts);
    Result all_ready(Block & block);
    void copy_inputs(const Block & block, const Lane & lane);
    bool compute_chosen(Block & block, Program & program);
    size_t rows_at_once(size_t first) const;

    struct Side {
        ggml_backend_dev_t device;
        const Layer & layer;
        ggml_backend_buffer_t workspace;
    };
    bool place_slots(Block & block, bool on_host, const Side & side) const;
    Result compute_streamed(const Block & block, const Lane & lane);
    // In place: hits where they lie in the graph, misses brought up.
    Result make_ready(Block & block);
    Result compute_in_place(Block & block, const Lane & lane);
    bool submit_in_place(Block & block, Layer & layer, Uploads * uploads, const Lane & lane);
    void choose_slots(const Shape & shape);
    void bring_up(const Block & block, const ggml_tensor * from, const Lane & lane);

    coterie_cache_settings settings_;
    std::atomic<bool> is_active_{ false };
    ggml_backend_dev_t device_ = nullptr;
    BackendPtr inner_;
    BufferPtr workspace_, host_workspace_, staging_; // the latter two not for experts on the disk
    Room room_;
    std::vector<std::unique_ptr<Layer>> layers_;
    std::unordered_map<const ggml_tensor *, Layer *> by_weights_;
    std::unique_ptr<Uploads> uploads_;
    struct {
        ggml_backend_dev_t device = nullptr;
        BufferPtr workspace;
        std::unique_ptr<Uploads> uploads; // nullptr where the card has no events
    } above_;
    std::unique_ptr<Stream> stream_; // made for the first large batch, where the device can
    bool is_stream_tried_ = false;

    std::mutex mutex_; // of all below, and of the layers
    coterie_cache_counters counters_ = {};
    ggml_backend_t last_ = nullptr; // whose work may still be under way
    std::vector<int32_t> experts_;  // of each row
    std::vector<int32_t> slot_ids_; // of each row, in place
    std::vector<Row> device_rows_, cpu_rows_;
    std::vector<int32_t> missing_, held_; // the latter of a batch whose experts come from the disk
    // Of a batch whose experts come from the disk.
    std::vector<Row> chosen_rows_;
    std::vector<char> seen_; // by expert
    Ring ring_;
    std::vector<int32_t> staying_; // of those that pass through, which get slots
    Layer * next_layer_ = nullptr; // whose experts are read while the last ones are computed, nullptr: none
    std::vector<int32_t> next_;    // those
    int failure_ = COTERIE_FLOOR_OK;
    std::string failed_path_;
};

} // namespace coterie
