// SPDX-License-Identifier: MIT
// What the texts of a configuration must look like. config/schema/ says the same to JSON Schema.
#pragma once

#include "config/reader.h"

extern const struct text_rule rule_id;   // of feeds, watch entries, webhooks, places
extern const struct text_rule rule_name; // of places
extern const struct text_rule rule_country;
extern const struct text_rule rule_time_zone;
extern const struct text_rule rule_sentence; // free text
extern const struct text_rule rule_operator;
extern const struct text_rule rule_file;
extern const struct text_rule rule_type; // ICAO designator
extern const struct text_rule rule_type_or_star;
extern const struct text_rule rule_registration;
extern const struct text_rule rule_registration_pattern;
extern const struct text_rule rule_hex;
extern const struct text_rule rule_hex_or_star;
extern const struct text_rule rule_callsign_pattern;
extern const struct text_rule rule_squawk;
extern const struct text_rule rule_url;
extern const struct text_rule rule_webhook_url;
extern const struct text_rule rule_year_url; // "{year}" stands for a year
extern const struct text_rule rule_host;     // "github.com", "*.example.org"
extern const struct text_rule rule_header_name;
extern const struct text_rule rule_runway_end;
extern const struct text_rule rule_listen;   // "127.0.0.1:8124", "[::1]:8124", "unix:/run/..."
extern const struct text_rule rule_contact;  // in the User-Agent
extern const struct text_rule rule_database; // libpq's, without a password
