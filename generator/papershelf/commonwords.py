"""Words of papers' texts that tell nothing of what a paper is about."""

from __future__ import annotations

import re

COMMON = frozenset(
    re.findall(
        r"\w+",
        """a able about above achieve achieved achieves achieving across additionally address addresses advances after
        against aim al all allow allowing allows almost along already also although among an analysis and another any
        application applications applied apply approach approaches are art as at available based be because been before
        being best better between both but by called can capabilities capable case cases certain challenge challenges
        challenging code common compared comparison consider consists could current currently demonstrate demonstrated
        demonstrates demonstrating depending describe design designed despite develop developed different difficult
        directly do does due during each easily effective effectively effectiveness efficacy efficiency efficient
        efficiently either enable enables enabling end especially et etc evaluate evaluated evaluation even every
        evidence example existing experiment experimental experiments explore explored extensive extensively far few
        field finally find finding findings first five focus following for found four framework from full fully
        further furthermore gain gains general generally github give given gives good had has have having help hence
        here high higher highly how however https i if impact important importantly improve improved improvement
        improvements improves improving in include includes including increase increased increases increasing
        increasingly indicate instead insights into introduce introduced introduces introducing investigate is issue
        issues it its itself just key kind know known lack large largely larger last lead leading leads less
        leverage leverages leveraging like limit limitation limitations limited little low lower made main mainly make
        makes making many may mean means method methods might more moreover most much must nearly necessary need needed
        needs new no non not notably novel now number numerous obtain obtained of often on one ones only open or order
        other others our out outperform outperforming outperforms over overall own paper papers particular
        particularly perform performance performed performs place popular possible potential potentially powerful
        practical practice present presented presents previous previously prior problem problems promising propose
        proposed proposes provide provided provides providing publicly put range rather real recent recently reduce
        reduced reduces reducing related relative release remain remains report require required requires research
        respectively result resulting results same second see set several shed should show showed showing shown shows
        significant significantly similar simple simply since single small so some specific specifically standard state
        still strong studies study such suffer suitable superior task tasks technique techniques term terms than that
        the their them then there therefore these they this those though three through thus time to together too top
        toward towards traditional two type types typically under understand understanding unlike until up upon us use
        used useful user using usually utilize various very via was way ways we well were what when where whereas
        whether which while who whole whose why wide widely will with within without work works world would years yet
        you your""",
    )
)

# What stands before or behind hyphens tells something with the other word alone.
HALVES = frozenset(
    re.findall(
        r"\w+",
        """augmented aware centric co cross driven few fine free guided inter intra level long low multi non one pair
        per post pre re scale self semi shot short step sub trained un ultra wise zero""",
    )
)
