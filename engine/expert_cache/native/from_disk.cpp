// Blocks of a layer whose experts stay in the file: what is missing is read into slots, all of it at once, while the
// rows of what is there are computed.
//
// A batch of more experts than there are slots is computed as they pass by (`ring.h`): those that have slots where they
// are, the others one after the other, each read once, those that count least first. Those that count more than what
// has a slot are kept in its place. A batch that needs most experts will need most of the next layer's: their reads
// follow at once, so that the disk has work while everything between is computed.
#include "cache.h"
#include "disk/floor.h"
#include "lane.h"

#include <algorithm>
#include <cstring>

namespace coterie {

Cache::Result Cache::compute_from_disk(Block & block, const Lane & lane) {
    Layer & layer = *block.layer;
    const Layer * above = above_of(block, lane);
    const bool is_at_once = count_different(layer, above) <= layer.slots.count();
    if (layer.has_room() || !is_at_once) {
        take_room(is_at_once ? &layer : nullptr);
    }
    sort_missing(layer, above);
    layer.slots.begin(experts_.data(), int(experts_.size()));
    begin_above(layer, above);
    count(layer, block.shape);
    // In the graph's own memory, of which a large batch touches nothing.
    const bool may_be_ready = block.in_place && lane.is_host() &&
                              int(experts_.size()) <= settings_.max_tokens * settings_.experts_used;
    if (missing_.empty() && may_be_ready) {
        return all_ready(block);
    }
    int file = 0;
    if (!missing_.empty() && !layer.floor()->disk().is_unchanged(file)) {
        return fail(layer, COTERIE_FLOOR_CHANGED, file);
    }
    Coming coming;
    if (is_at_once) {
        bring_all(layer, coming);
        if (held_.empty() && may_be_ready) {
            return await(layer, coming) ? all_ready(block) : FAILED;
        }
    }
    copy_inputs(block, lane);
    const bool is_begun = submit_above(block, above, lane);
    if (is_at_once ? !compute_at_once(block, coming, is_begun) : !is_begun || !compute_passing(block)) {
        return FAILED;
    }
    if (!lane.is_host()) {
        bring_up(block, block.on_host.result, lane);
        bring_above(layer, lane);
    }
    return DONE;
}

// Whose the room is: a layer's that has its slots there, or nobody's, when experts pass through.
void Cache::take_room(Layer * owner) {
    if (room_.owner == owner) {
        return;
    }
    ring_.drain();
    counters_.evicted += room_.owner ? uint64_t(room_.owner->slots.clear()) : 0;
    room_.owner = owner;
}

// Experts of a batch, but for those that a card above has.
int Cache::count_different(const Layer & layer, const Layer * above) {
    seen_.assign(size_t(layer.slots.experts()), 0);
    for (const int32_t expert : experts_) {
        seen_[size_t(expert)] = !(above && above->slots.has(expert));
    }
    return int(std::count(seen_.begin(), seen_.end(), 1));
}

// The experts that are missing and those that are there, each once. Those that a card above has are neither.
void Cache::sort_missing(const Layer & layer, const Layer * above) {
    missing_.clear();
    held_.clear();
    seen_.assign(size_t(layer.slots.experts()), 0);
    for (const int32_t expert : experts_) {
        const bool has = layer.slots.has(expert), is_above = above && above->slots.has(expert);
        counters_.hits += has || is_above;
        counters_.above_hits += is_above;
        if (!is_above && !seen_[size_t(expert)]) {
            seen_[size_t(expert)] = 1;
            (has ? held_ : missing_).push_back(expert);
        }
    }
}

void Cache::count_brought(const Layer & layer) {
    counters_.brought += missing_.size();
    counters_.brought_bytes += missing_.size() * layer.expert_bytes();
}

// Reads of all that is missing begin.
void Cache::bring_all(Layer & layer, Coming & coming) {
    count_brought(layer);
    for (const int32_t expert : missing_) {
        const Slots::Given given = layer.slots.give(expert);
        counters_.evicted += given.evicted >= 0;
        layer.ask(expert, layer.held(), given.slot, coming.batch);
        coming.experts.push_back(expert);
    }
    layer.floor()->disk().begin();
}

// What is there while the rest comes, and then that. Nothing is under way afterwards.
bool Cache::compute_at_once(Block & block, Coming & coming, bool is_begun) {
    Layer & layer = *block.layer;
    choose_rows(layer, held_);
    const bool is_computed = is_begun && compute_chosen(block, *layer.on_device);
    if (!await(layer, coming) || !is_computed) {
        return false;
    }
    choose_rows(layer, coming.experts);
    return compute_chosen(block, *layer.on_device);
}

// What could not be read has no slot then.
bool Cache::await(Layer & layer, Coming & coming) {
    if (layer.floor()->disk().wait(coming.batch)) {
        return true;
    }
    for (const int32_t expert : coming.experts) {
        layer.slots.take_back(expert);
    }
    fail(layer, COTERIE_FLOOR_READ, coming.batch.file);
    return false;
}

// What has slots, while the first of the others come; then these as they come.
bool Cache::compute_passing(Block & block) {
    Layer & layer = *block.layer;
    while (!ring_.is_empty() && ring_.first().layer != &layer) {
        layer.floor()->disk().wait(ring_.first().batch); // of a step that was broken off
        ring_.pop();
    }
    std::stable_sort(missing_.begin(), missing_.end(), [&layer](int32_t one, int32_t other) {
        return layer.slots.score(one) < layer.slots.score(other);
    });
    const int worth = layer.has_room() ? 0 : layer.slots.worth_slots(missing_);
    staying_.assign(missing_.end() - worth, missing_.end());
    const auto to_read = std::stable_partition(
        missing_.begin(), missing_.end(), [&](int32_t expert) { return ring_.has(layer, expert); });
    size_t next = size_t(to_read - missing_.begin());
    choose_next(layer);
    read_ahead(layer, next);
    choose_rows(layer, held_);
    if (!compute_chosen(block, *layer.on_device)) {
        return false;
    }
    count_brought(layer);
    counters_.evicted += missing_.size() - staying_.size();
    for (const int32_t expert : staying_) {
        counters_.evicted += layer.slots.give(expert).evicted >= 0;
    }
    if (compute_passed(block, next)) {
        return true;
    }
    for (const int32_t expert : staying_) {
        layer.slots.take_back(expert);
    }
    return false;
}

bool Cache::compute_passed(Block & block, size_t & next) {
    Layer & layer = *block.layer;
    for (; !ring_.is_empty() && ring_.first().layer == &layer; read_ahead(layer, next)) {
        Ring::Passing & passing = ring_.first();
        const bool is_read = layer.floor()->disk().wait(passing.batch);
        const int32_t expert = passing.expert;
        if (std::find(missing_.begin(), missing_.end(), expert) != missing_.end()) {
            if (!is_read) {
                fail(layer, COTERIE_FLOOR_READ, passing.batch.file);
                return false;
            }
            choose_rows(layer, { expert });
            for (Row & row : chosen_rows_) {
                row.slot = passing.place;
            }
            if (!compute_chosen(block, *layer.on_passing)) {
                return false;
            }
            if (const auto stays = std::find(staying_.begin(), staying_.end(), expert); stays != staying_.end()) {
                layer.keep(passing.place, layer.slots.slot_of(expert));
                staying_.erase(stays);
            }
        }
        ring_.pop();
    }
    return true;
}

// As many reads as there are places for: of this layer, then of the next one.
void Cache::read_ahead(Layer & layer, size_t & next) {
    for (; next < missing_.size() && !ring_.is_full(); next++) {
        ring_.ask(layer, missing_[next]);
    }
    for (; next == missing_.size() && !next_.empty() && !ring_.is_full(); next_.pop_back()) {
        ring_.ask(*next_layer_, next_.back());
    }
}

// What is read of the next layer before it is known what it needs, the last one first: of a batch that needs most of
// this one's, those without a slot, of which those that count most are the likeliest.
void Cache::choose_next(const Layer & layer) {
    next_.clear();
    const size_t different = missing_.size() + held_.size();
    const auto here = std::find_if(layers_.begin(), layers_.end(), [&](const auto & each) { return each.get() == &layer; });
    const auto there = std::find_if(here + 1, layers_.end(), [](const auto & each) { return each->floor() && !each->is_plain; });
    if (there == layers_.end() || 8 * different < 7 * size_t(layer.slots.experts())) {
        return;
    }
    next_layer_ = there->get();
    const Slots & slots = next_layer_->slots;
    if (slots.count() >= slots.experts()) {
        return;
    }
    for (int32_t expert = 0; expert < slots.experts(); expert++) {
        if (!slots.has(expert) && !(next_layer_->above && next_layer_->above->slots.has(expert))) {
            next_.push_back(expert);
        }
    }
    std::stable_sort(next_.begin(), next_.end(), [&slots](int32_t one, int32_t other) {
        return slots.score(one) < slots.score(other);
    });
}

// What was read ahead of a file that is not as it was is not used either.
Cache::Result Cache::fail(const Layer & layer, int reason, int file) {
    ring_.drain();
    failure_ = reason;
    failed_path_ = layer.floor()->disk().file(file).path();
    return FAILED;
}

// The rows of these experts.
void Cache::choose_rows(const Layer & layer, const std::vector<int32_t> & experts) {
    seen_.assign(size_t(layer.slots.experts()), 0);
    for (const int32_t expert : experts) {
        seen_[size_t(expert)] = 1;
    }
    chosen_rows_.clear();
    for (int row = 0; row < int(experts_.size()); row++) {
        const int32_t expert = experts_[size_t(row)];
        if (seen_[size_t(expert)]) {
            chosen_rows_.push_back({ row, layer.slots.slot_of(expert) });
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

// Rows whose experts are where the program has them, as many at a time as there is memory for, expert by expert.
bool Cache::compute_chosen(Block & block, Program & program) {
    const Shape & shape = block.on_host;
    std::stable_sort(chosen_rows_.begin(), chosen_rows_.end(), [](const Row & one, const Row & other) {
        return one.slot < other.slot;
    });
    for (size_t first = 0; first < chosen_rows_.size(); first += device_rows_.size()) {
        const auto begin = chosen_rows_.begin() + long(first);
        device_rows_.assign(begin, begin + long(rows_at_once(first)));
        if (!compute_on_host(program, device_rows_, shape, inner_.get())) {
            return false;
        }
        scatter(shape, device_rows_, static_cast<const char *>(program.result()->data));
    }
    for (const Row & row : chosen_rows_) {
        block.layer->slots.done(experts_[size_t(row.row)]);
    }
    return true;
}

// An expert's rows stay together where they can: how many there are may change how they are summed up.
size_t Cache::rows_at_once(size_t first) const {
    const size_t most = size_t(settings_.max_tokens) * size_t(settings_.experts_used);
    const size_t end = std::min(first + most, chosen_rows_.size());
    const auto is_within = [&](size_t row) {
        return row < chosen_rows_.size() && chosen_rows_[row].slot == chosen_rows_[row - 1].slot;
    };
    size_t together = end;
    while (together > first && is_within(together)) {
        together--;
    }
    return (together > first ? together : end) - first;
}

} // namespace coterie
