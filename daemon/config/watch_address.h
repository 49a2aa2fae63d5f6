// SPDX-License-Identifier: MIT
// Addresses as numbers, for the watch list's index.
#pragma once

#include <stdint.h>

#define WATCH_ADDRESS_NONE UINT32_MAX
#define WATCH_ADDRESS_NON_ICAO 0x1000000u // beside the 24 bits of the address: readsb's '~'

// The 24 bits of six hexadecimal digits, with WATCH_ADDRESS_NON_ICAO for a '~' before them;
// WATCH_ADDRESS_NONE for any other text.
uint32_t watch_address_key(const char *icao24);

// The inverse, lower case.
void watch_address_write(uint32_t key, char ret_icao24[8]);
