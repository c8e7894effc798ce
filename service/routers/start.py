"""Where everything is, for whoever opens the service's own address."""

from fastapi import Request, Response
from pydantic import BaseModel

from service import routing
from service.access import UNSIGNED, permits
from service.pages import link, page, paragraph, wants_page
from service.problems import Language, language
from service.security_headers import PUBLIC
from service.wire import Public, json_answer

router = routing.router("", "start")

TITLE: dict[Language, str] = {
    "vi": "Dịch vụ thông tin bảo vệ trẻ em",
    "en": "Child protection information service",
}
SIGN_IN: dict[Language, str] = {
    "vi": "Đây là dịch vụ cho các ứng dụng. Mọi địa chỉ dưới /v1 cần đăng nhập.",
    "en": "This is a service for programs. Everything under /v1 asks to sign in.",
}
NAMES: dict[Language, dict[str, str]] = {
    "vi": {
        "docs": "Tài liệu API, có thể gọi thử",
        "openapi": "Mô tả OpenAPI",
        "problems": "Tất cả các lỗi và cách xử lý",
        "health": "Dịch vụ có sẵn sàng không",
    },
    "en": {
        "docs": "The documentation of the API, to be tried out",
        "openapi": "The OpenAPI document",
        "problems": "Every problem, and what to do about it",
        "health": "Whether the service is ready",
    },
}


class Start(BaseModel):
    """The addresses that need no signing in."""

    docs: Public[str] = "/docs"
    openapi: Public[str] = "/openapi.json"
    problems: Public[str] = "/problems"
    health: Public[str] = "/health/ready"


START = Start()


@router.get("/", response_model=Start, include_in_schema=False)
@permits(UNSIGNED)
async def read_start(request: Request) -> Response:
    """Links: a page for a browser, JSON otherwise."""
    if not wants_page(request):
        return json_answer(START.model_dump_json(), PUBLIC)
    spoken = language(request)
    links = (f"<li>{link(path, NAMES[spoken][name])}</li>" for name, path in START)
    return page(spoken, TITLE[spoken], (paragraph(SIGN_IN[spoken]), "<ul>", *links, "</ul>"))
