"""What programs may ask of Maillon: devices and what is done of them, published reports; no household is named.

``/api/v1/description.json`` says it to programs (OpenAPI), ``docs/guide/logiciels.md`` to people.
"""

from ninja import NinjaAPI

from desk.api import devices, reports
from desk.api.door import Key, Objects, explain, opened

api = NinjaAPI(
    title="Maillon",
    version="1",
    description="Les appareils que vous voyez, ce qui peut s’en faire, les rapports publiés. Aucun foyer n’est nommé.",
    urls_namespace="api",
    openapi_url="description.json",
    docs_url=None,
    auth=Key(),
    parser=Objects(),
)
explain(api)
api.add_router("/appareils", devices.router)
api.add_router("/rapports", reports.router)

urls = api.urls
for pattern in urls[0]:
    pattern.callback = opened(pattern.callback)
