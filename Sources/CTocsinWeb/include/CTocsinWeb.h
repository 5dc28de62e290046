#ifndef CTOCSINWEB_H
#define CTOCSINWEB_H

#include <stddef.h>
#include <stdint.h>

// A file's bytes, for as long as the program runs.
struct web_file {
    const uint8_t *bytes;
    size_t count;
};

struct web_file web_page(void);
struct web_file web_page_style(void);
struct web_file web_page_fields_style(void);
struct web_file web_page_rows_style(void);
struct web_file web_page_script(void);
struct web_file web_page_chips(void);
struct web_file web_page_json(void);
struct web_file web_page_lines(void);
struct web_file web_page_publish(void);
struct web_file web_page_rows(void);
struct web_file web_page_state(void);
struct web_file web_page_texts(void);
struct web_file web_page_token(void);
struct web_file web_client_module(void);
struct web_file web_icon(void);
struct web_file web_interface(void);

#endif
