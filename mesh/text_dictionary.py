"""Which phrases do neighbours write so often that both ends know them? Our own, in English, Spanish and Arabic.

Deflate refers to them by distance, and near is cheaper: the most frequent stand at the end of each text. A version in
use is never changed, not by a byte: what was packed with it would read as something else. A test holds its hash.
"""

_ARABIC = (
    "لا يوجد ماء في الشارع انقطاع الكهرباء اليوم غدا مساء صباحا من فضلكم الرجاء البقاء في المنزل نحتاج إلى طعام "
    "دواء مأوى مساعدة كبار السن أطفال حليب بطانيات خطر تحذير حريق فيضان إخلاء مركز المدرسة "
)
_SPANISH = (
    "No hay luz en toda la calle desde las Se fue el agua potable. Hervir antes de beber. Cortada la carretera por "
    "Inundación incendio evacuar derrumbe fuga de gas peligro aviso simulacro. Quédense en casa. Punto de reunión "
    "en la plaza escuela iglesia centro de salud. Se busca se ofrece Tengo para prestar generador pilas mantas leña"
    " comida caliente leche para bebé pañales medicinas insulina silla de ruedas persona mayor vecinos niños perro "
    "gato hoy mañana por la tarde por la noche hasta el lunes martes miércoles jueves viernes sábado domingo Por "
    "favor traigan ¿Alguien puede llevar a ayuda con Necesito agua "
)
_ENGLISH = (
    " Monday Tuesday Wednesday Thursday Friday Saturday Sunday this morning this afternoon tomorrow tonight until "
    "noon  at 10:00 at 18:00 between 9 and 12 a.m. p.m. Elm Pine Maple Birch Cedar Alder Hill Park River Bridge "
    "Church North South East West Main Oak Street Avenue Road Lane corner of the library school community center "
    "fire station church hall clinic pharmacy kitchen garage basement third floor door code ring the bell knock "
    "insulin inhaler oxygen prescription wheelchair walker stroller diapers baby formula blankets sleeping bags "
    "cots firewood propane camp stove lantern flashlight batteries power bank phone charging extension cord "
    "generator gasoline chainsaw shovel ladder tarp buckets bleach water filter bottled water gallons liters canned"
    " food hot meals sandwiches pet food dog cat carrier spare room couch shelter warm place to sleep a ride to the"
    " hospital van truck trailer four-wheel drive speak Spanish translate nurse doctor electrician plumber "
    "volunteers neighbors elderly lives alone children under two please check on anyone able to lend borrow pick up"
    " drop off deliver from my house gas leak smell of gas downed power line wildfire smoke flood water rising "
    "landslide earthquake aftershock tree down road closed bridge closed do not use do not drink boil water before "
    "drinking. Shelter in place. Stay indoors. Stay away from Evacuate now. Go to Meet at Bring This is a drill. "
    "All clear. No power no water no heat since Water main broken. Power is out on the whole block. We have plenty "
    "of We can offer I can help with Looking for someone who can Does anyone have Need help with We need drinking "
    "water for people. "
)

DICTIONARIES: dict[int, bytes] = {1: (_ARABIC + _SPANISH + _ENGLISH).encode()}
