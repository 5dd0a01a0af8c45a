// Blocks of a layer whose experts stay in the file: what is missing is read into slots, all of it at once, while the
// rows of what is there are computed.
//
// A batch of more experts than there are slots goes in waves of a quarter of the slots: while one is computed, as many
// others are read as there are slots for, each expert once, those that count least first, so that those that count
// most have the slots in the end.
#include "cache.h"
#include "floor.h"
#include "lane.h"

#include <algorithm>
#include <cstring>

namespace coterie {

Cache::Result Cache::compute_from_disk(Block & block, const Lane & lane) {
    Layer & layer = *block.layer;
    counters_.evicted += uint64_t(layer.enter());
    const Layer * above = above_of(block, lane);
    sort_missing(layer, above);
    layer.slots.begin(experts_.data(), int(experts_.size()));
    begin_above(layer, above);
    count(layer, block.shape);
    if (missing_.empty() && block.in_place && lane.is_host()) {
        return all_ready(block);
    }
    int file = 0;
    if (!missing_.empty() && !layer.floor()->disk().is_unchanged(file)) {
        return fail(layer, COTERIE_FLOOR_CHANGED, file);
    }
    const bool is_at_once = different_ <= layer.slots.count();
    const int most = is_at_once ? int(missing_.size()) : std::max(layer.slots.count() / WAVES, 1);
    if (!is_at_once) {
        const auto counts_less = [&](int32_t one, int32_t other) {
            return layer.slots.score(one) < layer.slots.score(other);
        };
        std::stable_sort(missing_.begin(), missing_.end(), counts_less);
        std::stable_sort(held_.begin(), held_.end(), counts_less);
    }
    size_t next = 0;
    read_ahead(layer, next, most);
    if (is_at_once && held_.empty() && block.in_place && lane.is_host()) {
        return await_next(layer) ? all_ready(block) : FAILED;
    }
    copy_inputs(block, lane);
    if (!submit_above(block, above, lane) || !compute_held(block, next, most, is_at_once) ||
        !compute_waves(block, next, most)) {
        while (flying_ > 0) {
            await_next(layer);
        }
        return FAILED;
    }
    if (!lane.is_host()) {
        bring_up(block, block.on_host.result, lane);
        bring_above(layer, lane);
    }
    return DONE;
}

// What is there, in waves too where slots are needed for what is not.
bool Cache::compute_held(Block & block, size_t & next, int most, bool is_at_once) {
    const size_t step = is_at_once ? held_.size() : size_t(most);
    for (size_t first = 0; first < held_.size(); first += step) {
        choose_rows(*block.layer, held_.data() + first, std::min(step, held_.size() - first));
        if (!compute_wave(block)) {
            return false;
        }
        read_ahead(*block.layer, next, most);
    }
    return true;
}

// What comes in, wave by wave.
bool Cache::compute_waves(Block & block, size_t next, int most) {
    Layer & layer = *block.layer;
    for (; flying_ > 0; read_ahead(layer, next, most)) {
        const Wave & wave = waves_[first_wave_];
        if (!await_next(layer)) {
            return false;
        }
        choose_rows(layer, wave.experts.data(), wave.experts.size());
        if (!compute_wave(block)) {
            return false;
        }
    }
    return true;
}

// The experts that are missing and those that are there, each once, and how many different ones there are. Those that a
// card above has are neither.
void Cache::sort_missing(const Layer & layer, const Layer * above) {
    missing_.clear();
    held_.clear();
    different_ = 0;
    seen_.assign(size_t(layer.slots.experts()), 0);
    for (const int32_t expert : experts_) {
        const bool has = layer.slots.has(expert), is_above = above && above->slots.has(expert);
        counters_.hits += has || is_above;
        counters_.above_hits += is_above;
        if (!is_above && !seen_[size_t(expert)]) {
            seen_[size_t(expert)] = 1;
            different_++;
            (has ? held_ : missing_).push_back(expert);
        }
    }
}

// Reads of the waves that come next, as many as there are slots for.
void Cache::read_ahead(Layer & layer, size_t & next, int most) {
    while (flying_ < WAVES && next < missing_.size()) {
        Wave & wave = waves_[(first_wave_ + flying_) % WAVES];
        read_wave(layer, wave, next, most);
        if (wave.experts.empty()) {
            return; // until one that is waited for is computed
        }
        flying_++;
    }
}

void Cache::read_wave(Layer & layer, Wave & wave, size_t & next, int most) {
    wave.experts.clear();
    wave.batch = {};
    for (; next < missing_.size() && int(wave.experts.size()) < most; next++) {
        const Slots::Given given = layer.slots.give(missing_[next]);
        if (given.slot < 0) {
            break;
        }
        counters_.evicted += given.evicted >= 0;
        counters_.brought++;
        counters_.brought_bytes += layer.expert_bytes();
        layer.ask(missing_[next], given.slot, wave.batch);
        wave.experts.push_back(missing_[next]);
    }
    layer.floor()->disk().begin();
}

// Until the wave that was asked for first is there.
bool Cache::await_next(Layer & layer) {
    Wave & wave = waves_[first_wave_];
    first_wave_ = (first_wave_ + 1) % WAVES;
    flying_--;
    return await(layer, wave);
}

// What could not be read has no slot then.
bool Cache::await(Layer & layer, Wave & wave) {
    if (layer.floor()->disk().wait(wave.batch)) {
        return true;
    }
    for (const int32_t expert : wave.experts) {
        layer.slots.take_back(expert);
    }
    wave.experts.clear();
    fail(layer, COTERIE_FLOOR_READ, wave.batch.file);
    return false;
}

Cache::Result Cache::fail(const Layer & layer, int reason, int file) {
    failure_ = reason;
    failed_path_ = layer.floor()->disk().file(file).path();
    return FAILED;
}

// The rows of these experts.
void Cache::choose_rows(const Layer & layer, const int32_t * experts, size_t count) {
    seen_.assign(size_t(layer.slots.experts()), 0);
    for (size_t i = 0; i < count; i++) {
        seen_[size_t(experts[i])] = 1;
    }
    wave_rows_.clear();
    for (int row = 0; row < int(experts_.size()); row++) {
        const int32_t expert = experts_[size_t(row)];
        if (seen_[size_t(expert)]) {
            wave_rows_.push_back({ row, layer.slots.slot_of(expert) });
        }
    }
}

// All experts are in slots: the graph's own nodes with these.
Cache::Result Cache::all_ready(Block & block) {
    device_rows_.clear();
    for (int row = 0; row < int(experts_.size()); row++) {
        device_rows_.push_back({ row, block.layer->slots.slot_of(experts_[size_t(row)]) });
    }
    return make_ready(block);
}

// The graph's result may lie where its inputs lay, and comes bit by bit.
void Cache::copy_inputs(const Block & block, const Lane & lane) {
    if (!lane.is_host()) {
        return; // they came down
    }
    for (const auto & [inside, copy] : block.entering) {
        std::memcpy(copy->data, inside->data, ggml_nbytes(inside));
    }
}

// Rows whose experts are in slots, as many at a time as there is memory for, expert by expert.
bool Cache::compute_wave(Block & block) {
    Layer & layer = *block.layer;
    const Shape & shape = block.on_host;
    std::stable_sort(wave_rows_.begin(), wave_rows_.end(), [](const Row & one, const Row & other) {
        return one.slot < other.slot;
    });
    for (size_t first = 0; first < wave_rows_.size(); first += device_rows_.size()) {
        const auto begin = wave_rows_.begin() + long(first);
        device_rows_.assign(begin, begin + long(rows_at_once(first)));
        if (!compute_on_host(*layer.on_device, device_rows_, shape, inner_.get())) {
            return false;
        }
        scatter(shape, device_rows_, static_cast<const char *>(layer.on_device->result()->data));
    }
    for (const Row & row : wave_rows_) {
        layer.slots.done(experts_[size_t(row.row)]);
    }
    return true;
}

// An expert's rows stay together where they can: how many there are may change how they are summed up.
size_t Cache::rows_at_once(size_t first) const {
    const size_t most = size_t(settings_.max_tokens) * size_t(settings_.experts_used);
    const size_t end = std::min(first + most, wave_rows_.size());
    const auto is_within = [&](size_t row) {
        return row < wave_rows_.size() && wave_rows_[row].slot == wave_rows_[row - 1].slot;
    };
    size_t together = end;
    while (together > first && is_within(together)) {
        together--;
    }
    return (together > first ? together : end) - first;
}

} // namespace coterie
