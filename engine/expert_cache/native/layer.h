// One layer in the cache: its experts in the model's memory, slots for some of them on the device, and its block as
// a program for each of the two sides.
#pragma once

#include "disk/floor.h"
#include "graph/owned.h"
#include "graph/program.h"
#include "slots.h"

#include <string>
#include <vector>

namespace coterie {

class Layer;

// Memory for the slots of several layers that have none of their own: of the one that was computed last. Experts of
// batches that need more than a layer's slots pass through it too (`ring.h`), when it is nobody's.
struct Room {
    BufferPtr buffer;
    Layer * owner = nullptr;
};

class Layer {
  public:
    // Bytes of a layer's tensors with `slots` slots on a device, alignment included.
    static size_t bytes(ggml_backend_buffer_type_t type, ggml_tensor * const * weights, int count, int slots);

    // With `below` its slots lie on a card, and experts come from that layer's in RAM.
    Layer(int number, ggml_tensor * const * weights, int count, int slots, Policy policy, const Layer * below = nullptr);

    // Takes exactly `bytes`, or with 0 bytes the room; without slots nothing. One of `coterie_cache_result`, with `problem` set.
    int place(ggml_backend_dev_t device, ggml_backend_buffer_type_t type, size_t bytes, Room & room, std::string & problem);
    // Whether its slots lie in the room.
    bool has_room() const { return room_; }

    int number() const { return number_; }
    // As the model has them, in the form that a block takes them in, and the slots on the device; same order.
    const std::vector<ggml_tensor *> & weights() const { return weights_; }
    const std::vector<ggml_tensor *> & at_home() const { return at_home_; }
    const std::vector<ggml_tensor *> & held() const { return held_; }
    // Nothing of it is ever on a device.
    bool is_home() const { return slots.count() == 0; }
    size_t held_bytes() const { return buffer_ ? ggml_backend_buffer_get_size(buffer_.get()) : 0; }
    // Bytes of one expert, all tensors together.
    size_t expert_bytes() const { return expert_bytes_; }
    // Whether all of its matrices are.
    bool is_quantized() const { return is_quantized_; }

    // Where the matrices of its experts are read from; nullptr: they lie in memory.
    Floor * floor() const { return floor_; }

    // Copy an expert's contents into a slot; with a backend in the order of its other work, else at once.
    void bring(int expert, int slot, ggml_backend_t in_order_of) const;
    // The same of a layer with a floor, into a slot of `held` or a place of `passing`, by reads that are yet to begin.
    void ask(int expert, const std::vector<ggml_tensor *> & into, int slot, Batch & batch) const;

    // Places of the room that this layer's experts pass through, `stride` bytes apart and so many.
    void lay_passing(ggml_backend_buffer_t room, size_t stride, int count);
    // Bytes of such a place.
    size_t passing_bytes() const;
    const std::vector<ggml_tensor *> & passing() const { return passing_; }
    // From a place to a slot.
    void keep(int place, int slot) const;

    Slots slots;
    std::unique_ptr<Layer> above; // the same layer's slots on a card; nullptr: none
    std::unique_ptr<Program> on_device, on_cpu, on_passing;
    bool is_plain = false; // the device cannot compute its block
    EventPtr uploaded;     // after the last expert that was brought beside the steps
    bool is_awaited = false;
    bool is_on_its_way = false; // what was brought may still be read where it came from

  private:
    bool is_multiplied(ggml_backend_dev_t device) const;
    const char * contents_of(int expert, size_t tensor) const;

    int number_;
    const Layer * below_ = nullptr;
    std::vector<ggml_tensor *> weights_, at_home_, held_, passing_;
    size_t expert_bytes_ = 0;
    bool is_quantized_ = true;
    Floor * floor_ = nullptr;
    std::vector<const Floor::Place *> places_; // of the weights; nullptr: in memory
    BufferPtr buffer_;
    Room * room_ = nullptr;
    ContextPtr context_;
};

// Bytes of a room from where a sector begins.
size_t passing_room(ggml_backend_buffer_t room);

// Empty; nullptr without memory.
BufferPtr buffer_for_slots(ggml_backend_buffer_type_t type, size_t bytes);

// Whether a block takes all of the layer's tensors: a part of a graph may look like a block, but lack some.
bool is_whole(const Shape & shape, const Layer & layer);

// The dimension by which they lie: the third of matrices, the second of biases, the only one of scales.
int expert_dimension(const ggml_tensor * weights);
int64_t experts_of(const ggml_tensor * weights);

} // namespace coterie
