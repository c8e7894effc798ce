"""What a client does about a problem, by its status: what happened is said by the problem itself."""

from service.problems import Language

REMEDIES: dict[int, dict[Language, str]] = {
    400: {
        "vi": "Sửa yêu cầu rồi gửi lại; gửi lại nguyên như cũ sẽ nhận cùng câu trả lời.",
        "en": "Correct the request and send it again; the same request would have the same answer.",
    },
    401: {
        "vi": "Lấy mã truy cập mới ở /v1/auth/token rồi gửi lại yêu cầu với Authorization: Bearer.",
        "en": "Get a new token from /v1/auth/token, and repeat the request with Authorization: Bearer.",
    },
    403: {
        "vi": "Không gửi lại. /v1/access/explain cho biết vì sao; người quản trị phân công có thể thay đổi.",
        "en": "Do not repeat it. /v1/access/explain tells why; whoever gives assignments can change it.",
    },
    404: {
        "vi": "Kiểm tra địa chỉ và mã. Điều mà người gọi không được biết cũng được trả lời như thế này.",
        "en": "Check the address and the id. What the caller may not know of is answered in the same way.",
    },
    405: {
        "vi": "Tiêu đề Allow nêu các phương thức dùng được ở địa chỉ này.",
        "en": "The header Allow names the methods of this address.",
    },
    408: {
        "vi": "Gửi lại qua kết nối mới; để khỏi ghi hai lần, gửi kèm cùng một Idempotency-Key.",
        "en": "Send it again on a new connection; with the same Idempotency-Key, so that nothing is done twice.",
    },
    409: {
        "vi": "Đọc lại dữ liệu hiện tại, cho người dùng thấy quy tắc bị vi phạm và để họ quyết định.",
        "en": "Read what is there now, show the user which rule stands against it, and let them decide.",
    },
    412: {
        "vi": "Đọc lại, cho người dùng thấy điều đã thay đổi, rồi gửi lại với ETag mới trong If-Match.",
        "en": "Read it again, show the user what changed, and repeat the change with the new ETag in If-Match.",
    },
    413: {"vi": "Chia yêu cầu thành nhiều phần nhỏ hơn.", "en": "Send it in smaller parts."},
    414: {"vi": "Bớt bộ lọc, hoặc hỏi nhiều lần.", "en": "Use fewer filters, or ask several times."},
    415: {
        "vi": "Gửi nội dung dạng JSON và nêu đúng Content-Type.",
        "en": "Send JSON, and name it in Content-Type.",
    },
    422: {
        "vi": "Sửa các trường nêu trong `errors` (con trỏ và mã của từng lỗi) rồi gửi lại.",
        "en": "Correct what `errors` names (a pointer and a code each), and send it again.",
    },
    428: {
        "vi": "Đọc trước, rồi gửi lại với ETag đã đọc trong If-Match.",
        "en": "Read it first, and repeat the request with the ETag that you read in If-Match.",
    },
    429: {
        "vi": "Chờ số giây nêu trong Retry-After rồi gửi lại.",
        "en": "Wait for the seconds that Retry-After names, and send it again.",
    },
    431: {"vi": "Bớt tiêu đề hoặc tiêu đề ngắn hơn.", "en": "Send fewer or shorter headers."},
    500: {
        "vi": "Báo cho người vận hành mã yêu cầu (`instance`); có thể thử lại sau với cùng Idempotency-Key.",
        "en": "Tell the operator the id of the request (`instance`); try again later, with the same Idempotency-Key.",
    },
    503: {
        "vi": "Chờ số giây nêu trong Retry-After rồi gửi lại, với cùng Idempotency-Key.",
        "en": "Wait for the seconds that Retry-After names, and send it again with the same Idempotency-Key.",
    },
}


def remedy(status: int) -> dict[Language, str]:
    """In both languages: of the status, or of its class."""
    return REMEDIES.get(status) or REMEDIES[status // 100 * 100]
