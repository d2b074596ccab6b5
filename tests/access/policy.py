"""Who may do what, as the regency and `docs/` say it; written without a look at the code's own rules.

A line is: method, address, who, whose rows, how an allowed call is answered. Who: `everyone`; roles; an
API key by its scope (`read`, `pay`, `write`); `officers` are all of programs' people but the TKSK. Whose:
`own`, the organisation's, which only officers of the whole regency see beside it; `own+area`, its officers'
too where it lies in their area; `area`, the caller's area; `-`, nobody's in particular. Marks: `regency`,
what concerns it all, so nobody who is limited to an area; `suspended=`, how an organisation is answered that
is suspended; `else=`, how one is answered who may call but not about this, where that is not a plain 404.
"""

from dataclasses import dataclass

DONATIONS = """
GET    /                                          everyone                 -         200
GET    /.well-known/jwks.json                     everyone                 -         200
GET    /asyncapi.json                             everyone                 -         200
GET    /board                                     everyone                 -         200
GET    /docs                                      everyone                 -         200
GET    /healthz                                   everyone                 -         200
GET    /metrics                                   everyone                 -         200
GET    /openapi.json                              everyone                 -         200
GET    /readyz                                    everyone                 -         200
GET    /register                                  everyone                 -         200
POST   /register                                  everyone                 -         303
GET    /register/thanks                           everyone                 -         200
GET    /schemas/{type_name}                       everyone                 -         200
GET    /sign-in                                   everyone                 -         200
POST   /sign-in                                   everyone                 -         401
POST   /sign-in/out                               everyone                 -         303
GET    /static/{name}                             everyone                 -         200
GET    /allocations/{allocation}                  donor                    own+area  200
POST   /allocations/{allocation}/pay              donor                    own+area  303
GET    /pledge                                    donor                    -         302
GET    /pledge/{step}                             donor                    -         200
POST   /pledge/{step}                             donor                    -         303
GET    /pledge/check                              donor                    -         200
POST   /pledge/check                              donor                    -         303  suspended=403
GET    /pledge/{pledge}/opened                    donor                    own       200
GET    /pledges                                   donor                    -         200
GET    /pledges/{pledge}                          donor                    own       200
POST   /pledges/{pledge}/amend                    donor                    own       303  suspended=422
GET    /pledges/{pledge}/pay                      donor                    own       200
POST   /pledges/{pledge}/pay                      donor                    own       303
POST   /pledges/{pledge}/withdraw                 donor                    own       303
GET    /receipts                                  donor                    -         200
GET    /receipts/{receipt}                        donor                    own+area  200
GET    /v1/allocations                            donor,read,officers      -         200
GET    /v1/allocations/{allocation}               donor,read,officers      own+area  200
GET    /v1/catalogue                              everyone                 -         200
GET    /v1/gaps                                   everyone                 -         200
GET    /v1/contributions                          donor,read,officers      -         200
POST   /v1/contributions                          donor,pay                own+area  201
GET    /v1/contributions/{contribution}           donor,read,officers      own       200
DELETE /v1/keys/{key}                             donor,admin              own       204  regency
GET    /v1/pledges                                donor,read,officers      -         200
POST   /v1/pledges                                donor,write              -         201  suspended=403
GET    /v1/pledges/{pledge}                       donor,read,officers      own       200
PATCH  /v1/pledges/{pledge}                       donor,write              own       200  suspended=403
GET    /v1/pledges/{pledge}/timeline              donor,read,officers      own       200
POST   /v1/pledges/{pledge}/withdraw              donor,write              own       200
GET    /v1/receipts                               donor,read,officers      -         200
GET    /v1/receipts/{receipt}                     donor,read,officers      own+area  200
POST   /v1/stakeholders                           everyone                 -         201
GET    /v1/stakeholders                           planner,admin            -         200  regency
GET    /v1/stakeholders/{stakeholder}             planner,admin            own       200  regency
POST   /v1/stakeholders/{stakeholder}/approve     planner,admin            own       200  regency
GET    /v1/stakeholders/{stakeholder}/keys        donor,admin              own       200  regency
POST   /v1/stakeholders/{stakeholder}/keys        donor,admin              own       201  regency  suspended=409
POST   /v1/stakeholders/{stakeholder}/suspend     planner,admin            own       200  regency
POST   /v1/tokens                                 everyone                 -         401
"""

PROGRAMS = """
GET    /.well-known/jwks.json                     everyone                 -         200
GET    /asyncapi.json                             everyone                 -         200
GET    /docs                                      everyone                 -         200
GET    /healthz                                   everyone                 -         200
GET    /metrics                                   everyone                 -         200
GET    /openapi.json                              everyone                 -         200
GET    /readyz                                    everyone                 -         200
GET    /schemas/{type_name}                       everyone                 -         200
GET    /sign-in                                   everyone                 -         200
POST   /sign-in                                   everyone                 -         401
POST   /sign-in/out                               everyone                 -         303
GET    /static/{name}                             everyone                 -         200
GET    /                                          tksk,officers            -         200
GET    /audit                                     auditor                  -         200
GET    /deliveries                                tksk                     -         200
GET    /deliveries/{allocation}                   tksk                     area      200
POST   /deliveries/{allocation}                   tksk                     area      303
POST   /deliveries/{allocation}/told              tksk                     area      303
GET    /households                                officers                 -         200
GET    /households/{household}                    officers                 area      200
POST   /households/{household}/decision           approver                 area      303
POST   /households/{household}/hold               verifier,approver        area      303
POST   /households/{household}/release            verifier,approver        area      303
POST   /households/{household}/visit              verifier                 area      303
GET    /imports                                   planner,auditor,admin    -         200
POST   /imports                                   planner                  -         303
GET    /imports/{job}                             planner,auditor,admin    area      200
GET    /imports/{job}/progress                    planner,auditor,admin    area      200
GET    /matches                                   officers                 -         200
GET    /matches/{match}                           officers                 area      200
POST   /matches/{match}                           verifier,approver        area      303
GET    /needs                                     officers                 -         200
GET    /needs/{need}                              tksk,officers            area      200
POST   /needs/{need}/as-cash                      verifier                 area      303
POST   /needs/{need}/close                        verifier                 area      303
GET    /policy                                    officers                 -         200
GET    /policy/versions/{version}                 everyone                 -         200
GET    /policy/effect                             officers                 -         200  regency
POST   /policy/draft                              planner                  -         409  regency
POST   /policy/draft/adopt                        planner,approver         -         303  regency
POST   /policy/draft/dry-run                      planner,approver         -         303  regency
POST   /policy/draft/withdraw                     planner                  -         303  regency
GET    /visits                                    tksk                     -         200
GET    /visits/{visit}                            tksk                     area      200
POST   /visits/{visit}                            tksk                     area      303
GET    /visits/{visit}/{step}                     tksk                     area      200
POST   /visits/{visit}/{step}                     tksk                     area      303
GET    /visits/to-assign                          verifier                 -         200
POST   /visits/to-assign                          verifier                 area      303  else=303
GET    /v1/allocations                            tksk,officers            -         200
GET    /v1/allocations/{allocation}               tksk,officers            area      200
POST   /v1/allocations/{allocation}/approve       verifier,approver        area      200
POST   /v1/allocations/{allocation}/hold          verifier,approver        area      200
POST   /v1/allocations/{allocation}/told          tksk                     area      200
POST   /v1/allocations/{allocation}/veto          verifier,approver        area      200
GET    /v1/audit                                  auditor                  -         200
POST   /v1/deliveries                             tksk                     area      201
GET    /v1/deliveries/{delivery}                  tksk,officers            area      200
GET    /v1/gaps                                   everyone                 -         200
GET    /v1/households                             tksk,officers            -         200
POST   /v1/households                             verifier,planner         area      201  else=422
GET    /v1/households/{household}                 tksk,officers            area      200
POST   /v1/households/{household}/decision        approver                 area      200
POST   /v1/households/{household}/hold            verifier,approver        area      200
POST   /v1/households/{household}/needs           tksk,verifier            area      201
POST   /v1/households/{household}/release         verifier,approver        area      200
POST   /v1/households/{household}/visits          verifier                 area      201
GET    /v1/imports                                planner,auditor,admin    -         200
POST   /v1/imports                                planner                  -         202
GET    /v1/imports/{job}                          planner,auditor,admin    area      200
GET    /v1/imports/{job}/rows                     planner,auditor,admin    area      200
GET    /v1/needs                                  tksk,officers            -         200
GET    /v1/needs/{need}                           tksk,officers            area      200
POST   /v1/needs/{need}/as-cash                   verifier                 area      201
POST   /v1/needs/{need}/close                     tksk,verifier            area      200
GET    /v1/policy                                 everyone                 -         200
PUT    /v1/policy                                 planner                  -         409  regency
DELETE /v1/policy/draft                           planner                  -         204  regency
GET    /v1/policy/draft                           officers                 -         200  regency
GET    /v1/policy/versions/{version}              everyone                 -         200
POST   /v1/policy/draft/adopt                     planner,approver         -         200  regency
POST   /v1/policy/draft/dry-run                   planner,approver         -         200  regency
POST   /v1/tokens                                 everyone                 -         401
GET    /v1/visits                                 tksk,officers            -         200
GET    /v1/visits/{visit}                         tksk,officers            area      200
POST   /v1/visits/{visit}/result                  tksk                     area      200
"""

REPORTING = """
GET    /                                          everyone                 -         200
GET    /.well-known/jwks.json                     everyone                 -         200
GET    /areas                                     everyone                 -         200
GET    /areas/{code}                              everyone                 -         200
GET    /asyncapi.json                             everyone                 -         200
GET    /data                                      everyone                 -         200
GET    /gaps                                      everyone                 -         200
GET    /docs                                      everyone                 -         200
GET    /healthz                                   everyone                 -         200
GET    /live                                      everyone                 -         200
GET    /method                                    everyone                 -         200
GET    /metrics                                   everyone                 -         200
GET    /openapi.json                              everyone                 -         200
GET    /readyz                                    everyone                 -         200
GET    /schemas/{type_name}                       everyone                 -         200
GET    /static/{name}                             everyone                 -         200
GET    /v1/areas/{code}                           everyone                 -         200
GET    /v1/funding                                everyone                 -         200
GET    /v1/gaps                                   everyone                 -         200
GET    /v1/indicators                             everyone                 -         200
GET    /v1/indicators/{identity}                  everyone                 -         200
GET    /v1/summary                                everyone                 -         200
GET    /v1/trend                                  everyone                 -         200
"""

_OFFICERS = ("verifier", "approver", "planner", "auditor", "admin")


@dataclass(frozen=True)
class Line:
    """What is promised of one method of one address."""

    service: str
    method: str
    path: str
    who: frozenset[str]
    whose: str
    answer: int
    marks: frozenset[str]

    @property
    def name(self) -> str:
        """Return what the table calls it."""
        return f"{self.method} {self.path}"

    @property
    def is_page(self) -> bool:
        """Tell whether a person with a browser calls it, and not a program."""
        return not self.path.startswith("/v1/")

    @property
    def answer_about_others(self) -> int:
        """Return how one is answered who may call it, but not about this."""
        return self._marked("else") or 404

    @property
    def answer_to_suspended(self) -> int:
        """Return how an organisation is answered that is suspended."""
        return self._marked("suspended") or self.answer

    def _marked(self, name: str) -> int | None:
        found = [int(mark.partition("=")[2]) for mark in self.marks if mark.startswith(f"{name}=")]
        return found[0] if found else None


def _read(service: str, table: str) -> dict[str, Line]:
    found: dict[str, Line] = {}
    for row in table.strip().splitlines():
        method, path, who, whose, answer, *marks = row.split()
        people = {one for word in who.split(",") for one in (_OFFICERS if word == "officers" else (word,))}
        marked = frozenset(marks)
        line = Line(service, method, path, frozenset(people), whose, int(answer), marked)
        if line.name in found:
            raise ValueError(f"{line.name} stands there twice")
        found[line.name] = line
    return found


POLICY: dict[str, dict[str, Line]] = {
    "donations": _read("donations", DONATIONS),
    "programs": _read("programs", PROGRAMS),
    "reporting": _read("reporting", REPORTING),
}
