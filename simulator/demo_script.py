"""Who writes to the demo desk, and what. Minutes are before the moment of loading."""

from dataclasses import dataclass

from accounts.models import Role

PASSWORD = "helpdesk-demo"  # noqa: S105
TEAM = "Returns team"

LUCAS = "lucas@example.com"
AGENTS = (
    ("lena@example.com", "Lena Ekström", Role.ADMINISTRATOR),
    (LUCAS, "Lucas Berg", Role.AGENT),
    ("mira@example.com", "Mira Vogel", Role.SUPERVISOR),
)
TEAM_MEMBERS = (LUCAS, "mira@example.com")

# kind: name, path below the simulator, credentials. All of it is invented.
CHANNELS: dict[str, tuple[str, str, dict[str, str]]] = {
    "whatsapp": (
        "Harbour Goods",
        "graph",
        {
            "app_secret": "demo-app-secret-4f1c",
            "access_token": "EAAdemoaccesstoken",
            "verify_token": "demo-verify-token",
            "phone_number_id": "106500000000001",
            "waba_id": "100200300400500",
        },
    ),
    "telegram": (
        "Harbour Bot",
        "telegram",
        {"token": "8100200300:AAdemodemodemodemodemodemodemodemo", "secret_token": "demo-secret-token"},
    ),
    "twilio_sms": (
        "Harbour SMS",
        "twilio",
        {
            "account_sid": "AC0123456789abcdef0123456789abcdef",
            "auth_token": "demo-auth-token",
            "sender": "+14155550100",
        },
    ),
    "twilio_whatsapp": (
        "Harbour Store US",
        "twilio",
        {
            "account_sid": "AC0123456789abcdef0123456789abcdef",
            "auth_token": "demo-auth-token",
            "sender": "+14155550101",
        },
    ),
}


@dataclass(frozen=True)
class Line:
    """What a customer sends: a text, or a chip's word. With `agent`: a reply of that agent."""

    minutes: int
    text: str = ""
    chip: str = ""
    agent: str = ""
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Customer:
    kind: str
    name: str
    address: str
    lines: tuple[Line, ...]
    team: str = ""
    assignee: str = ""


CUSTOMERS = (
    Customer(
        "whatsapp",
        "Diego Santos",
        "5511955550147",
        (
            Line(96, "Bom dia! O pedido #4821 chegou agora 🎉"),
            Line(92, "Recebi, mas a tela chegou trincada 😕", chip="photo"),
            Line(90, chip="voice"),
            Line(
                0,
                "Oi Diego, aqui é o Lucas. Vou enviar um novo hoje mesmo, sem custo.",
                agent=LUCAS,
            ),
            Line(0, "O endereço continua o mesmo?", agent=LUCAS, buttons=("Sim, o mesmo", "Não, mudou")),
        ),
        team=TEAM,
        assignee=LUCAS,
    ),
    Customer(
        "telegram",
        "Анна Петрова",
        "5500600700",
        (
            Line(33, "/start"),
            Line(32, "Где мой возврат?"),
            Line(0, "Здравствуйте, Анна! Возврат оформлен, деньги придут завтра.", agent=LUCAS),
        ),
        team=TEAM,
        assignee=LUCAS,
    ),
    Customer(
        "twilio_sms",
        "+1 415 555 0132",
        "+14155550132",
        (Line(41, "Is my parcel coming today? The tracking page has not changed since Friday."),),
    ),
    Customer(
        "twilio_whatsapp",
        "Ana Whitfield",
        "+14155550147",
        (
            Line(22, "Hi! Can I pick up order 4821 in the store instead?"),
            Line(21, chip="location"),
        ),
        assignee="lena@example.com",
    ),
    Customer(
        "whatsapp",
        "Mira Köhler",
        "4915123456789",
        (
            Line(14, "Hallo! Wann kommt meine Bestellung an?"),
            Line(13, "Die Nummer ist #5107, bestellt am Montag."),
        ),
    ),
    Customer(
        "whatsapp", "王晓明", "8613800138000", (Line(6, "你好，我想换一个颜色。"), Line(5, chip="voice"))
    ),
    Customer(
        "whatsapp",
        "ليلى المنصوري",
        "971501234567",
        (
            Line(48, "مرحباً، هل يمكنني إرجاع الحذاء؟ المقاس صغير."),
            Line(47, chip="location"),
        ),
        team=TEAM,
    ),
    Customer(
        "telegram",
        "Pablo Diego José Francisco de Paula Juan Nepomuceno María de los Remedios Cipriano",
        "5500600701",
        (
            Line(185, "/start"),
            Line(
                184, "Hola, ¿el reloj es resistente al agua? Quiero usarlo en la piscina y también en el mar."
            ),
        ),
    ),
)
