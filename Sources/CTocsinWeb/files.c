// The files of Sources/TocsinWeb/Resources. Written as literals of Swift they took the compiler longer than the whole server.
#include "CTocsinWeb.h"

#ifndef __has_embed
#error "this compiler of C knows no #embed; use that of Swift 6.2 or later"
#endif

#pragma clang diagnostic ignored "-Wc23-extensions"

#define WEB_FILE(name) \
    struct web_file web_##name(void) { \
        return (struct web_file){name, sizeof name}; \
    }

static const uint8_t page[] = {
#embed "../TocsinWeb/Resources/page.html"
};
WEB_FILE(page)

static const uint8_t page_style[] = {
#embed "../TocsinWeb/Resources/page.css"
};
WEB_FILE(page_style)

static const uint8_t page_fields_style[] = {
#embed "../TocsinWeb/Resources/page-fields.css"
};
WEB_FILE(page_fields_style)

static const uint8_t page_rows_style[] = {
#embed "../TocsinWeb/Resources/page-rows.css"
};
WEB_FILE(page_rows_style)

static const uint8_t page_script[] = {
#embed "../TocsinWeb/Resources/page.js"
};
WEB_FILE(page_script)

static const uint8_t page_chips[] = {
#embed "../TocsinWeb/Resources/page-chips.js"
};
WEB_FILE(page_chips)

static const uint8_t page_json[] = {
#embed "../TocsinWeb/Resources/page-json.js"
};
WEB_FILE(page_json)

static const uint8_t page_lines[] = {
#embed "../TocsinWeb/Resources/page-lines.js"
};
WEB_FILE(page_lines)

static const uint8_t page_publish[] = {
#embed "../TocsinWeb/Resources/page-publish.js"
};
WEB_FILE(page_publish)

static const uint8_t page_rows[] = {
#embed "../TocsinWeb/Resources/page-rows.js"
};
WEB_FILE(page_rows)

static const uint8_t page_state[] = {
#embed "../TocsinWeb/Resources/page-state.js"
};
WEB_FILE(page_state)

static const uint8_t page_texts[] = {
#embed "../TocsinWeb/Resources/page-texts.js"
};
WEB_FILE(page_texts)

static const uint8_t page_token[] = {
#embed "../TocsinWeb/Resources/page-token.js"
};
WEB_FILE(page_token)

static const uint8_t client_module[] = {
#embed "../TocsinWeb/Resources/tocsin.js"
};
WEB_FILE(client_module)

static const uint8_t icon[] = {
#embed "../TocsinWeb/Resources/icon.svg"
};
WEB_FILE(icon)

static const uint8_t interface[] = {
#embed "../TocsinWeb/Resources/openapi.yaml"
};
WEB_FILE(interface)
