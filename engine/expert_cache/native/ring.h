// Room that experts pass through which have no slots: each is read into a place, computed there, and makes room for the
// next one, of the next layer too.
#pragma once

#include "layer.h"

namespace coterie {

class Ring {
  public:
    struct Passing {
        Layer * layer = nullptr;
        int32_t expert = -1;
        int place = 0;
        Batch batch;
    };
    ~Ring() { drain(); }

    // As many places over the room as it has for an expert of the largest of these layers.
    void lay(const std::vector<std::unique_ptr<Layer>> & layers, ggml_backend_buffer_t room);

    bool is_empty() const { return flying_ == 0; }
    bool is_full() const { return flying_ == places_.size(); }
    // Begins to read an expert into the next place; not of a full ring.
    void ask(Layer & layer, int32_t expert);
    // The one that was asked for first, of those that have a place; not of an empty ring.
    Passing & first() { return places_[first_]; }
    // Whether an expert of this layer has a place.
    bool has(const Layer & layer, int32_t expert) const;
    // The first one's place is free.
    void pop();
    // Nothing is under way any more, and all places are free.
    void drain();

  private:
    std::vector<Passing> places_;
    size_t first_ = 0, flying_ = 0;
};

} // namespace coterie
