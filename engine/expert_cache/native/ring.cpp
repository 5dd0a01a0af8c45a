#include "ring.h"

#include <algorithm>

namespace coterie {

void Ring::lay(const std::vector<std::unique_ptr<Layer>> & layers, ggml_backend_buffer_t room) {
    size_t largest = 0;
    for (const auto & layer : layers) {
        largest = std::max(largest, layer->floor() ? layer->passing_bytes() : 0);
    }
    if (largest == 0) {
        return;
    }
    const int count = int(passing_room(room) / largest);
    for (const auto & layer : layers) {
        if (layer->floor()) {
            layer->lay_passing(room, largest, count);
        }
    }
    places_.resize(size_t(count));
    for (int place = 0; place < count; place++) {
        places_[size_t(place)].place = place;
    }
}

void Ring::ask(Layer & layer, int32_t expert) {
    Passing & next = places_[(first_ + flying_) % places_.size()];
    next.layer = &layer;
    next.expert = expert;
    next.batch = {};
    flying_++;
    layer.ask(expert, layer.passing(), next.place, next.batch);
    layer.floor()->disk().begin();
}

bool Ring::has(const Layer & layer, int32_t expert) const {
    for (size_t i = 0; i < flying_; i++) {
        const Passing & each = places_[(first_ + i) % places_.size()];
        if (each.layer == &layer && each.expert == expert) {
            return true;
        }
    }
    return false;
}

void Ring::pop() {
    first_ = (first_ + 1) % places_.size();
    flying_--;
}

void Ring::drain() {
    while (!is_empty()) {
        first().layer->floor()->disk().wait(first().batch);
        pop();
    }
}

} // namespace coterie
