// Runs the plugin's slots without weights or a device, for a test that compares them with tests/support/experts/expert_policy.py.
//
// stdin, numbers apart by spaces: experts slots half_life admission fixed margin, then any of
//   b COUNT EXPERT...                  a block; prints hits brought evicted refused, and the slots
//   w COUNT EXPERT...                  a warm start; prints the slots
#include "slots.h"

#include <algorithm>
#include <iostream>
#include <string>

using coterie::Policy;
using coterie::Slots;

static std::vector<int32_t> read_list() {
    size_t count = 0;
    std::cin >> count;
    std::vector<int32_t> list(count);
    for (auto & each : list) {
        std::cin >> each;
    }
    return list;
}

static Policy read_policy() {
    Policy policy;
    std::cin >> policy.half_life >> policy.admission >> policy.fixed >> policy.margin;
    return policy;
}

static void print_slots(const Slots & slots) {
    for (int slot = 0; slot < slots.count(); slot++) {
        std::cout << ' ' << slots.expert_of(slot);
    }
    std::cout << '\n';
}

static void compute_block(Slots & slots, const std::vector<int32_t> & rows) {
    int hits = 0, brought = 0, evicted = 0, refused = 0;
    std::vector<int32_t> missing;
    for (int32_t expert : rows) {
        if (slots.has(expert)) {
            hits++;
        } else if (std::find(missing.begin(), missing.end(), expert) == missing.end()) {
            missing.push_back(expert);
        }
    }
    slots.begin(rows.data(), int(rows.size()));
    for (int32_t expert : missing) {
        const Slots::Given given = slots.give(expert);
        brought += given.slot >= 0;
        evicted += given.evicted >= 0;
        refused += given.slot < 0;
    }
    std::cout << hits << ' ' << brought << ' ' << evicted << ' ' << refused;
    print_slots(slots);
}

int main() {
    int experts = 0, count = 0;
    std::cin >> experts >> count;
    Slots slots(experts, count, read_policy());
    for (std::string what; std::cin >> what;) {
        const std::vector<int32_t> list = read_list();
        if (what == "b") {
            compute_block(slots, list);
            continue;
        }
        for (size_t place = 0; place < list.size(); place++) {
            const Slots::Given given = slots.give_warm(list[place], int(place));
            if (given.slot >= 0) {
                }
        }
        print_slots(slots);
    }
}
