"""Pictures of the page, with rows as they come in use."""
import os

import page_tokens
from harness import wait_until

WIDTHS = {390: 844, 1280: 960}
ALARMS = [
    {"user": "tiaz", "event": "notice", "data": {"name": "tiaz"}},
    {"topic": "news", "translations": {
        "ko": "7월 전시 ‘빛의 정원’ 예매가 시작되었습니다.",
        "en": "Tickets for July’s exhibition “Garden of Light” are on sale.",
        "ja": "七月の展覧会「光の庭」の予約が始まりました。"}},
    {"user": "tiaz", "event": "reservation", "data": {
        "room": "B-204", "from": "2026-07-08T14:00:00+09:00", "guests": ["Mina", "Jun"], "deposit": 30000}},
    {"everyone": True, "translations": {
        "ko": "오늘 밤 11시에 10분 동안 점검이 있습니다.",
        "en": "There is maintenance for ten minutes tonight at 11."}},
]


def take(browser, server, secured, folder):
    """Writes `page-WIDTH-SCHEME-LANGUAGE.png`, the same for a token that is refused, and the README's pictures into `folder`."""
    os.makedirs(folder, exist_ok=True)
    for locale in ("en-US", "ko-KR"):
        for width, height in WIDTHS.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    locale=locale, color_scheme=scheme, viewport={"width": width, "height": height},
                    reduced_motion="reduce")
                try:
                    page = context.new_page()
                    fill(page, server)
                    name = f"page-{width}-{scheme}-{locale[:2]}.png"
                    page.screenshot(path=os.path.join(folder, name), full_page=True)
                    if (width, scheme) == (1280, "light"):
                        picture = "page.png" if locale == "en-US" else "page-ko.png"
                        box = page.locator("#events").bounding_box()
                        page.screenshot(path=os.path.join(folder, picture), clip={
                            "x": 0, "y": 0, "width": width, "height": round(box["y"] + box["height"] + 16)})
                    page_tokens.refuse(page, secured)
                    page.screenshot(path=os.path.join(folder, name.replace("page-", "page-token-")), full_page=True)
                finally:
                    context.close()


def fill(page, server):
    page.goto(f"http://127.0.0.1:{server.port}/?user=tiaz&topic=news")
    page.locator('#state[data-phase="open"]').wait_for()
    before = page.locator(".row.alarm").count()
    for alarm in ALARMS:
        server.publish(alarm)
    page.locator("#reserve").click()
    rows = page.locator(".row.alarm")
    wait_until("the alarms come", lambda: page.wait_for_timeout(50) or rows.count() >= before + 5)
    server.kill()
    page.locator('#state:not([data-phase="open"])').wait_for()
    server.start()
    page.locator('#state[data-phase="open"]').wait_for()
    page.locator(".row.resumed").first.wait_for()
    page.locator(".row.alarm .tag:not(:empty)").first.wait_for()
    page.mouse.move(0, 0)
