#include "slots.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace coterie {

static const int64_t NEVER = std::numeric_limits<int64_t>::min();
// Scores grow by powers of two with time; all are divided by 2 to this before a double could overflow.
static const double SPAN = 512.0;
static const double MOST_SPANS = 8.0; // more would make every score zero, which 8 do already

Slots::Slots(int experts, int slots, Policy policy)
    : policy_(policy), slot_of_(size_t(experts), -1), expert_of_(size_t(slots), -1),
      score_(size_t(experts), 0.0), last_(size_t(experts), NEVER), done_(size_t(experts), NEVER) {}

void Slots::begin(const int32_t * rows, int count) {
    step_++;
    double weight = policy_.half_life < 0 ? 1.0 : 0.0;
    if (policy_.half_life > 0) {
        rescale();
        weight = std::exp2((double(step_) - base_) / policy_.half_life);
    }
    for (int i = 0; i < count; i++) {
        score_[size_t(rows[i])] += weight;
        last_[size_t(rows[i])] = step_;
    }
}

void Slots::rescale() {
    const double age = (double(step_) - base_) / policy_.half_life;
    if (age < SPAN) {
        return;
    }
    const double spans = std::floor(age / SPAN);
    for (double & score : score_) {
        score = std::ldexp(score, -int(SPAN * std::min(spans, MOST_SPANS)));
    }
    base_ += spans * SPAN * policy_.half_life;
}

Slots::Given Slots::give(int expert) {
    const auto empty = std::find(expert_of_.begin(), expert_of_.end(), -1);
    if (empty != expert_of_.end()) {
        put(int(empty - expert_of_.begin()), expert);
        return { slot_of_[size_t(expert)], -1 };
    }
    const int slot = policy_.fixed ? -1 : victim();
    if (slot < 0) {
        return {};
    }
    const int old = expert_of_[size_t(slot)];
    if (policy_.admission && policy_.half_life != 0 && !(score_[size_t(expert)] > policy_.margin * score_[size_t(old)])) {
        return {};
    }
    slot_of_[size_t(old)] = -1;
    put(slot, expert);
    return { slot, old };
}

int Slots::worth_slots(const std::vector<int32_t> & experts) const {
    std::vector<int32_t> going;
    std::copy_if(expert_of_.begin(), expert_of_.end(), std::back_inserter(going), [](int32_t each) { return each >= 0; });
    std::stable_sort(going.begin(), going.end(), [this](int32_t one, int32_t other) {
        return goes_before(size_t(one), size_t(other));
    });
    const size_t empty = expert_of_.size() - going.size(), most = std::min(expert_of_.size(), experts.size());
    const auto is_worth = [&](size_t number) {
        const double score = score_[size_t(experts[experts.size() - 1 - number])];
        return number < empty || score > score_[size_t(going[number - empty])];
    };
    size_t count = 0;
    while (count < most && is_worth(count)) {
        count++;
    }
    return int(count);
}

Slots::Given Slots::give_warm(int expert, int place) {
    const auto empty = std::find(expert_of_.begin(), expert_of_.end(), -1);
    if (expert < 0 || expert >= experts() || has(expert) || empty == expert_of_.end()) {
        return {};
    }
    put(int(empty - expert_of_.begin()), expert);
    if (last_[size_t(expert)] == NEVER) {
        last_[size_t(expert)] = -1 - place;
    }
    return { slot_of_[size_t(expert)], -1 };
}

int Slots::victim() const {
    int best = -1;
    for (int slot = 0; slot < count(); slot++) {
        const size_t expert = size_t(expert_of_[size_t(slot)]);
        if (last_[expert] == step_ && done_[expert] != step_) {
            continue;
        }
        if (best < 0) {
            best = slot;
            continue;
        }
        if (goes_before(expert, size_t(expert_of_[size_t(best)]))) {
            best = slot;
        }
    }
    return best;
}

bool Slots::goes_before(size_t expert, size_t other) const {
    const bool is_above = above_ && above_->has(int(expert)), is_other_above = above_ && above_->has(int(other));
    if (is_above != is_other_above) {
        return is_above;
    }
    return score_[expert] < score_[other] || (score_[expert] == score_[other] && last_[expert] < last_[other]);
}

int Slots::clear() {
    const auto empty = std::count(expert_of_.begin(), expert_of_.end(), -1);
    std::fill(expert_of_.begin(), expert_of_.end(), -1);
    std::fill(slot_of_.begin(), slot_of_.end(), -1);
    return count() - int(empty);
}

void Slots::take_back(int expert) {
    expert_of_[size_t(slot_of(expert))] = -1;
    slot_of_[size_t(expert)] = -1;
}

void Slots::put(int slot, int expert) {
    expert_of_[size_t(slot)] = expert;
    slot_of_[size_t(expert)] = slot;
}

} // namespace coterie
