// Slots on a card above those in RAM, of a layer whose experts stay in the file.
//
// Rows of experts that the card has are computed there, in the graph's own place, and nobody waits for them; all others
// go the way of `from_disk.cpp`, and their rows come up. Both sets of slots see all that is used, so that scores are the
// same in both: the card's has those that score highest, with a margin, for what leaves it is gone but from the file;
// and RAM gives up first what the card has. What comes to the card comes from its slot in RAM.
#include "cache.h"
#include "lane.h"

#include <algorithm>

namespace coterie {

// An expert must count so many times as much as the one whose slot it takes. Without, what the card gave up for one
// that was hardly better was read again, and more was read than with none (`docs/design/expert_cache.md`).
static const double MARGIN = 2.0;

int Cache::open_above(const char * name, size_t workspace, std::string & problem) {
    above_.device = ggml_backend_dev_by_name(name);
    if (!above_.device || above_.device == device_) {
        problem = std::string("no other device ") + name;
        above_.device = nullptr;
        return COTERIE_CACHE_NO_DEVICE;
    }
    above_.workspace.reset(ggml_backend_buft_alloc_buffer(ggml_backend_dev_buffer_type(above_.device), workspace));
    if (!above_.workspace) {
        problem = "no memory for " + std::to_string(workspace) + " bytes of ids";
        return COTERIE_CACHE_NO_MEMORY;
    }
    above_.uploads = settings_.upload_beside ? Uploads::make(above_.device) : nullptr;
    counters_.above_allocated = ggml_backend_buffer_get_size(above_.workspace.get());
    return COTERIE_CACHE_OK;
}

int Cache::add_above(Layer & layer, int slots, size_t bytes, std::string & problem) {
    if (!above_.device || !layer.floor() || layer.has_room() || layer.above) {
        problem = "no slots above layer " + std::to_string(layer.number());
        return COTERIE_CACHE_WRONG_ORDER;
    }
    if (slots < settings_.experts_used || slots > layer.slots.experts()) {
        problem = std::to_string(slots) + " slots above layer " + std::to_string(layer.number());
        return COTERIE_CACHE_TOO_SMALL;
    }
    const std::vector<ggml_tensor *> & weights = layer.weights();
    const Policy policy = { settings_.half_life, true, false, MARGIN };
    auto above = std::make_unique<Layer>(layer.number(), weights.data(), int(weights.size()), slots, policy, &layer);
    Room none;
    const int result =
        above->place(above_.device, ggml_backend_dev_buffer_type(above_.device), bytes, none, problem);
    if (result != COTERIE_CACHE_OK) {
        return result;
    }
    counters_.above_allocated += above->held_bytes();
    layer.slots.set_above(&above->slots);
    layer.above = std::move(above);
    return COTERIE_CACHE_OK;
}

// Where the card computes its part of the block.
const Layer * Cache::above_of(const Block & block, const Lane & lane) const {
    return block.in_place && lane.device() == above_.device ? block.layer->above.get() : nullptr;
}

// What the card computes needs no slot below.
void Cache::begin_above(Layer & layer, const Layer * above) {
    if (!layer.above) {
        return;
    }
    layer.above->slots.begin(experts_.data(), int(experts_.size()));
    for (const int32_t expert : experts_) {
        if (above && above->slots.has(expert)) {
            layer.slots.done(expert);
        }
    }
    if (above_.uploads && !missing_.empty()) {
        above_.uploads->release(*layer.above);
    }
}

// The rows that the card computes, with its slots, and those that are to come up.
bool Cache::submit_above(Block & block, const Layer * above, const Lane & lane) {
    device_rows_.clear();
    cpu_rows_.clear();
    for (int row = 0; row < int(experts_.size()); row++) {
        const int32_t expert = experts_[size_t(row)];
        const int slot = above ? above->slots.slot_of(expert) : -1;
        (slot >= 0 ? device_rows_ : cpu_rows_).push_back({ row, slot >= 0 ? slot : expert });
    }
    return device_rows_.empty() || submit_in_place(block, *block.layer->above, above_.uploads.get(), lane);
}

// Of the block's experts that are in RAM now, those that the card's policy admits.
void Cache::bring_above(Layer & layer, const Lane & lane) {
    if (!layer.above || layer.above->is_plain) {
        return;
    }
    Layer & above = *layer.above;
    bool is_brought = false;
    for (const int32_t expert : experts_) {
        if (above.slots.has(expert) || !layer.slots.has(expert)) {
            continue;
        }
        const Slots::Given given = above.slots.give(expert);
        if (given.slot < 0) {
            continue;
        }
        counters_.above_brought++;
        counters_.above_evicted += given.evicted >= 0;
        is_brought = true;
        if (above_.uploads) {
            above_.uploads->bring(above, expert, given.slot);
        } else {
            above.bring(expert, given.slot, lane.primary());
        }
    }
    if (is_brought && above_.uploads) {
        above_.uploads->close(above);
    } else if (is_brought) {
        ggml_backend_synchronize(lane.primary());
    }
}

// The first experts of a list to the card, through RAM's slots, which are empty again after that. Gives how many of the
// list are done with.
int Cache::warm_above(Layer & layer, const int32_t * experts, int count) {
    Slots & slots = layer.above->slots;
    const int most = std::min(count, slots.count());
    for (int first = 0; first < most;) {
        const int end = std::min(first + layer.slots.count(), most);
        Coming coming;
        ask_warm(layer, experts, first, end, coming);
        if (!await(layer, coming)) {
            return first;
        }
        for (const int32_t expert : coming.experts) {
            const int slot = slots.give_warm(expert, int(std::find(experts, experts + end, expert) - experts)).slot;
            if (slot >= 0) {
                layer.above->bring(expert, slot, nullptr);
                counters_.above_brought++;
            }
            layer.slots.take_back(expert);
        }
        first = end;
    }
    return most;
}

// Empty slots in RAM for some of a list, whose reads begin.
int Cache::ask_warm(Layer & layer, const int32_t * experts, int first, int end, Coming & coming) {
    for (int i = first; i < end; i++) {
        const bool is_above = layer.above && experts[i] >= 0 && experts[i] < layer.slots.experts() &&
                              layer.above->slots.has(experts[i]);
        const int slot = is_above ? -1 : layer.slots.give_warm(experts[i], i).slot;
        if (slot >= 0) {
            layer.ask(experts[i], layer.held(), slot, coming.batch);
            coming.experts.push_back(experts[i]);
            counters_.brought++;
            counters_.brought_bytes += layer.expert_bytes();
        }
    }
    layer.floor()->disk().begin();
    return int(coming.experts.size());
}

} // namespace coterie
